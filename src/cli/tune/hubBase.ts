// The base model of a recipe, from the Hub: fetched into a cache folder by the code that fetches it in the page, and laid out as
// the folder that it was. HF_ENDPOINT and HF_TOKEN are read as the Hub's own tools read them.
import { link, mkdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { familyOf } from '../../families/registry.ts'
import { describeBytes } from '../../lib/describeBytes.ts'
import { Fault } from '../../protocol/failure.ts'
import type { HubProgress } from '../../protocol/models.ts'
import type { Recipe } from '../../protocol/recipe.ts'
import { fetchHubModel } from '../../storage/hubModel.ts'
import { fileId } from '../../storage/library.ts'
import { modelPath } from '../../storage/modelCache.ts'
import { nodeStorage } from '../../storage/nodeStorage.ts'

type Base = Recipe['base']
type Environment = Readonly<Record<string, string | undefined>>

export interface HubBase {
  /** Pinned to the commit. */
  readonly base: Base
  readonly folder: string
}

const cacheFolder = (env: Environment): string => join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tunesmith')

export async function hubBase({ id, revision, ...rest }: Base, env: Environment, print: (line: string) => void): Promise<HubBase> {
  const { HF_ENDPOINT: endpoint = 'https://huggingface.co', HF_TOKEN: token } = env
  const root = cacheFolder(env)
  const storage = nodeStorage(root)
  try {
    const request = { repo: id, ...(revision !== undefined && { revision }), ...(token && { token }) }
    const check = async (modelType: string): Promise<void> => void familyOf(modelType)
    const key = await fetchHubModel(storage, request, { endpoint }, { onProgress: printer(print), check })
    const model = await storage.library.get(key)
    if (model?.commit === undefined) throw new Fault('storage', `${id} is not in ${root}.`, 'Run it again.')
    const folder = join(root, 'hub', `${model.name.replaceAll('/', '--')}@${model.commit}`)
    await rm(folder, { recursive: true, force: true })
    for (const { path } of model.parts) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await link(join(root, modelPath(fileId(key, path))), join(folder, path))
    }
    return { base: { ...rest, id: model.name, revision: model.commit }, folder }
  } finally {
    await storage.close()
  }
}

/** A line every few seconds. */
function printer(print: (line: string) => void): (progress: HubProgress) => void {
  let last = 0
  let reason: string | undefined
  return ({ doing, done, total, bytesPerSecond, secondsLeft, ...progress }) => {
    if (doing === 'waiting') {
      if (progress.reason !== reason) print(progress.reason ?? 'waiting')
      reason = progress.reason
      return
    }
    const now = performance.now()
    if (doing === 'asking' || now - last < 3000) return
    last = now
    const pace = bytesPerSecond === undefined ? '' : `, ${describeBytes(Math.round(bytesPerSecond))}/s`
    print(`fetching: ${describeBytes(done)} of ${describeBytes(total)}${pace}${secondsLeft === undefined ? '' : `, ${Math.round(secondsLeft)} s left`}`)
  }
}
