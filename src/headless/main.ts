// The page without a face: `npm run tune` drives it in headless Chromium. It speaks to the same worker as the studio.
import '../ui/trustedTypes.ts'
import type { RunEvent } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { NamedFile, Result, RunRecord } from '../protocol/studio.ts'
import { connectStudio } from '../workers/client.ts'

export interface Headless {
  readonly headless: {
    run(recipe: Recipe): Promise<Result<{ readonly record: RunRecord; /** base64 */ readonly zip: string }>>
    stop(): void
  }
  /** Put in by the driver. */
  tell(event: RunEvent): void
}

const studio = connectStudio()
const picked = (id: string): NamedFile[] => [...(document.querySelector<HTMLInputElement>(`#${id}`)?.files ?? [])].map((file) => ({ path: file.name, file }))

async function run(recipe: Recipe): ReturnType<Headless['headless']['run']> {
  const { tell } = globalThis as unknown as Headless
  const ignore = (): void => undefined
  const folder = picked('base').map((f) => ({ ...f, path: `${recipe.base.id}/${f.path}` }))
  const base = recipe.base.source === 'builtin' ? await studio.openBuiltin(recipe.base.id, ignore) : await studio.openFolder(folder, ignore)
  if (!base.ok) return base
  const [train] = picked('data')
  const [test] = picked('test')
  const data = recipe.data.source === 'sample' || !train ? await studio.openSample(recipe.data.id, recipe) : await studio.openFile(train, recipe, test)
  if (!data.ok) return data
  const record = await studio.train(recipe, tell)
  if (!record.ok) return record
  const exported = await studio.exportRun(record.value.id)
  if (!exported.ok) return exported
  return { ok: true, value: { record: record.value, zip: toBase64(new Uint8Array(await exported.value.zip.arrayBuffer())) } }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

Object.assign(globalThis, { headless: { run, stop: () => void studio.stop() } })
