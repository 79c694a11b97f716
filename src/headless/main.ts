// The page without a face: `npm run tune` drives it in headless Chromium. It speaks to the same worker as the studio.
import '../ui/trustedTypes.ts'
import type { RunEvent } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { DatasetInfo, NamedFile, Result, RunRecord, TaskFile } from '../protocol/studio.ts'
import { connectStudio } from '../workers/client.ts'

export interface Headless {
  readonly headless: {
    run(recipe: Recipe, usualKernels: boolean): Promise<Result<{ readonly record: RunRecord; /** base64 */ readonly zip: string }>>
    stop(): void
  }
  /** Put in by the driver. */
  tell(event: RunEvent): void
}

const studio = connectStudio()
const picked = (id: string): NamedFile[] => [...(document.querySelector<HTMLInputElement>(`#${id}`)?.files ?? [])].map((file) => ({ path: file.name, file }))

async function run(recipe: Recipe, usualKernels: boolean): ReturnType<Headless['headless']['run']> {
  const { tell } = globalThis as unknown as Headless
  const ignore = (): void => undefined
  const folder = picked('base').map((f) => ({ ...f, path: `${recipe.base.id}/${f.path}` }))
  const kernels = usualKernels ? await studio.measureKernels(false) : undefined
  if (kernels?.ok === false) return kernels
  const base = recipe.base.source === 'builtin' ? await studio.openBuiltin(recipe.base.id, ignore) : await studio.openFolder(folder, ignore, recipe.base.id)
  if (!base.ok) return base
  const data = await openData(recipe)
  if (!data.ok) return data
  const record = await studio.train(recipe, tell)
  if (!record.ok) return record
  const exported = await studio.exportRun(record.value.id)
  if (!exported.ok) return exported
  return { ok: true, value: { record: record.value, zip: toBase64(new Uint8Array(await exported.value.zip.arrayBuffer())) } }
}

async function openData(recipe: Recipe): Promise<Result<DatasetInfo>> {
  const { source, id, tasks } = recipe.data
  const [files, tests] = [picked('data'), picked('test')]
  if (tasks) {
    // The driver picks files in the order of the tasks that have one.
    const own = tasks.filter((t) => t.source === 'file').map((t): TaskFile => {
      const test = t.test === undefined ? undefined : tests.shift()
      return { task: t.name, file: files.shift()!, ...(test && { test }) }
    })
    return studio.openTasks(recipe, own)
  }
  const [train] = files
  return source === 'sample' || !train ? studio.openSample(id, recipe) : studio.openFile(train, recipe, tests[0], picked('validation')[0])
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

Object.assign(globalThis, { headless: { run, stop: () => void studio.stop() } })
