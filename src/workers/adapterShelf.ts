// What the page asks about adapters, answered: on the GPU side by side, in an answer, merged, combined and taken away.
// Composition only. What changes the mounted weights takes its turn with the other jobs of the GPU.
import type { Dataset } from '../data/dataset.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { blobSource, bytesSource, totalSize, type ByteSource } from '../files/byteSource.ts'
import { unzip } from '../files/zip.ts'
import type { AdapterInfo, AdapterShelf, AdapterUse } from '../protocol/adapters.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { resultOf, type NamedFile, type Result } from '../protocol/result.ts'
import type { GenerateRequest, SaidBeside, SaidText } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { AdapterDeck } from '../train/adapterDeck.ts'
import type { Base } from '../train/base.ts'
import { emitAdapter } from '../train/emitAdapter.ts'
import { Meeting } from '../train/meeting.ts'
import { mergeIntoMounted } from '../train/mergeWeights.ts'
import { classReply } from '../train/classReply.ts'
import { recipeModel } from '../train/recipeModel.ts'
import { reply } from '../train/reply.ts'
import { validationLoss, type ValidationLoss } from '../train/validationLoss.ts'
import { AdapterLibrary, type Described, type OpenBase } from './adapterLibrary.ts'
import { combined, compressed, emitted } from './deriveAdapter.ts'
import { packAdapter, packMerged } from './parcels.ts'
import { zipPacked } from './takeAwayShelf.ts'

export interface ShelfNeeds {
  readonly storage: Storage
  readonly version: string
  /** The open base, or nothing. */
  opened(): OpenBase | undefined
  /** The open base on a device that is alive. */
  mounted(): Promise<Base>
  /** A run holds the weights, even while it is paused. */
  isTraining(): boolean
  data(): Dataset | undefined
  /** One job of the GPU at a time. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export interface Shelf {
  readonly calls: AdapterShelf
  generate(request: GenerateRequest, onText: SaidText, cancelled: () => boolean): Promise<string>
  generateBeside(requests: readonly GenerateRequest[], onText: SaidBeside, cancelled: () => boolean): Promise<Result<string>>[]
  /** Gives back the base as it was given, and the memory that adapters hold: before a run. */
  makeWay(): Promise<void>
  /** The base is going away. */
  forget(): void
  /** An adapter is going away. */
  release(id: string): void
}

/** Tokens of prompt and answer that decoding is recorded for before anything is asked. */
const PREPARED_TOKENS = 220

export function adapterShelf({ storage, version, opened, mounted, isTraining, data, alone }: ShelfNeeds): Shelf {
  const library = new AdapterLibrary(storage, version, opened, mounted)
  let deck: { readonly base: Base; readonly on: AdapterDeck } | undefined
  let merged: readonly AdapterUse[] = []
  /** Answers in flight by id, with what they go on with. */
  const live = new Map<string, readonly AdapterUse[]>()

  const forget = (): void => {
    void deck?.on.dispose()
    deck = undefined
    merged = []
  }
  const deckOn = async (): Promise<{ base: Base; on: AdapterDeck }> => {
    const base = await mounted()
    if (deck?.base !== base) {
      forget()
      deck = { base, on: new AdapterDeck(base) }
    }
    return deck!
  }
  const infoOf = (described: Described): AdapterInfo => ({ ...described, gpuBytes: deck?.on.bytes(described.id) ?? 0, merged: merged.some((m) => m.id === described.id) })
  const hold = async (uses: readonly AdapterUse[]): Promise<void> => {
    const { on } = await deckOn()
    for (const { id } of uses) {
      const { version: current, load } = await library.open(id)
      await on.hold(id, current, load)
    }
  }
  /** In turn with other jobs; a run would keep the caller waiting for hours, so it is told. */
  const unlessTraining = <T>(work: () => Promise<T>): Promise<T> => {
    if (isTraining()) throw new Fault('bad-adapter', 'A run is using the model’s weights.', 'Let it finish, or stop it first.')
    return alone(work)
  }

  /** On the base as it was given; what is merged comes back afterwards. */
  const unmergedFor = <T>(work: (base: Base) => Promise<T>): Promise<T> =>
    unlessTraining(async () => {
      const again = await library.weighted(merged)
      const { base } = await deckOn()
      if (again.length > 0) await mergeIntoMounted(base, [])
      try {
        return await work(base)
      } finally {
        if (again.length > 0) await mergeIntoMounted(base, again)
      }
    })

  /** On the open dataset's validation rows; undefined where there are none. */
  const losses = async (ids: readonly string[], recipe: Recipe): Promise<ValidationLoss[] | undefined> => {
    const dataset = data()
    if (!dataset) return undefined
    return unmergedFor(async (base) => {
      const found: ValidationLoss[] = []
      for (const id of ids) {
        const loss = await validationLoss(base, await (await library.open(id)).load(), dataset, recipe)
        if (!loss) return undefined
        found.push(loss)
      }
      return found
    })
  }

  const calls: AdapterShelf = {
    adapters: () => resultOf(async () => (await library.list()).map(infoOf)),
    loadAdapter: (files) =>
      resultOf(async () => {
        const given = await dropped(files)
        const { recipe } = await openAdapterFolder(given)
        const name = typeof recipe?.['name'] === 'string' ? recipe['name'] : (files[0]?.path ?? 'adapter').split('/')[0].replace(/\.zip$/i, '')
        return infoOf(await library.keep(given, { name, kind: 'loaded' }))
      }),
    renameAdapter: (id, name) =>
      resultOf(async () => {
        const { run } = await library.find(id)
        if (name.trim() === '') throw new Fault('bad-adapter', 'An adapter needs a name.', 'Type one.')
        if (run) await storage.runs.update(id, { recipe: { ...run.recipe, name } })
        else await storage.shelf.rename(id, name)
        return infoOf(await library.describe(await library.find(id)))
      }),
    deleteAdapter: (id) =>
      resultOf(async () => {
        const { run } = await library.find(id)
        if (run) throw new Fault('storage', 'This adapter belongs to a run.', 'Delete the run, and its adapter goes with it.')
        if (merged.some((m) => m.id === id)) throw new Fault('bad-adapter', 'This adapter is merged into the open model.', 'Take it out of the weights first.')
        deck?.on.release(id)
        await storage.shelf.delete(id)
        return true as const
      }),
    prepareAdapters: (uses) =>
      resultOf(async () => {
        const { base, on } = await deckOn()
        await hold(uses)
        await on.prepare(uses, Math.min(PREPARED_TOKENS, base.family.dimensions(base.config).contextLength))
        return true as const
      }),
    unloadAdapter: (id) => resultOf(async () => deck?.on.release(id) ?? 0),
    switchAdapters: (answerId, uses) =>
      resultOf(async () => {
        if (!live.has(answerId)) throw new Fault('cancelled', 'This answer has ended.', 'Ask again.')
        await hold(uses)
        // Told to whoever asks, and not in the middle of the answer.
        ;(await deckOn()).on.check(uses)
        live.set(answerId, uses)
        return true as const
      }),
    combineAdapters: (request) =>
      resultOf(async () => {
        const parts = await Promise.all(request.adapters.map((u) => library.part(u.id)))
        const madeOf = request.adapters.map((u) => u.id)
        return infoOf(await library.keep(await combined(request, parts), { name: request.name, kind: 'combined', madeOf }))
      }),
    compressAdapter: ({ id, rank, name, recipe }) =>
      resultOf(async () => {
        const part = await library.part(id)
        const { files, keptEnergy } = await compressed(part, rank)
        const adapter = infoOf(await library.keep(files, { name, kind: 'compressed', madeOf: [id] }))
        const bytesBefore = totalSize(part.files.values())
        const [before, after] = (recipe && (await losses([id, adapter.id], recipe))) ?? []
        const loss = before && after && { before: before.loss, after: after.loss, tokens: before.tokens, rows: before.rows }
        return { adapter, keptEnergy, bytesBefore, bytesAfter: adapter.bytes, ...(loss && { loss }) }
      }),
    mergeAdapters: (uses) =>
      resultOf(async () =>
        unlessTraining(async () => {
          const given = await library.weighted(uses)
          const { base } = await deckOn()
          await mergeIntoMounted(base, given)
          merged = uses
          return true as const
        }),
      ),
    emitAdapter: (id, task) =>
      resultOf(() =>
        unmergedFor(async (base) => {
          const maker = await library.find(id)
          const whole = await library.openWhole(id)
          const files = emitted(await emitAdapter(base, whole, whole.values, task), (maker.run ? maker.run.recipe : maker.stored).base.id, maker.name, task.trim())
          return infoOf(await library.keep(files, { name: `${maker.name}: ${task.trim()}`, kind: 'emitted', madeOf: [id] }))
        }),
      ),
    exportAdapter: (id, format = 'peft') => resultOf(async () => zipPacked(await packAdapter(library, id, format))),
    exportMerged: (uses, name, format = 'huggingface') => resultOf(async () => zipPacked(await packMerged(library, uses, name, format))),
  }

  const generate = async (request: GenerateRequest, onText: SaidText, cancelled: () => boolean, among?: Pick<AdapterDeck, 'speak'>): Promise<string> => {
    const { base, on } = await deckOn()
    const sorter = await library.sorter(request.adapters)
    if (sorter) {
      const text = await classReply(recipeModel(base, sorter.recipe), sorter.adapter, request.prompt, sorter.recipe.pairs)
      onText(text, 0)
      return text
    }
    await hold([...request.adapters, ...(request.switches ?? []).flatMap((s) => s.adapters)])
    const { answerId } = request
    let heard = request.adapters
    if (answerId !== undefined) live.set(answerId, heard)
    const changed = (): readonly AdapterUse[] | undefined => {
      const wanted = answerId === undefined ? heard : (live.get(answerId) ?? heard)
      if (wanted === heard) return undefined
      heard = wanted
      return wanted
    }
    try {
      return await reply({ base, deck: among ?? on, request, promptEnd: data()?.promptEnd ?? '', onText, cancelled, live: changed })
    } finally {
      if (answerId !== undefined) live.delete(answerId)
    }
  }

  return {
    calls,
    forget,
    release: (id) => void deck?.on.release(id),
    generate,
    generateBeside(requests, onText, cancelled) {
      const meeting = deckOn().then(({ on }) => new Meeting(on, requests.length))
      return requests.map((request, i) =>
        resultOf(async () => {
          const guest = (await meeting).guest()
          try {
            return await generate(request, (...said) => onText(i, ...said), cancelled, guest)
          } finally {
            guest.leave()
          }
        }),
      )
    },
    async makeWay() {
      if (!deck) return
      if (merged.length > 0) await mergeIntoMounted(deck.base, [])
      merged = []
      deck.on.clear()
    },
  }
}

/** Dropped files by path; a single zip is opened. */
async function dropped(files: readonly NamedFile[]): Promise<Map<string, ByteSource>> {
  const [only] = files
  if (files.length === 1 && /\.zip$/i.test(only.path)) return new Map([...(await unzip(only.file))].map(([path, bytes]) => [path, bytesSource(bytes, path)]))
  return new Map(files.map(({ path, file }) => [path, blobSource(file, path)]))
}
