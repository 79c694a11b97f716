// The page's end of the trainer worker: wraps, and lets callbacks cross. No logic.
import { proxy, wrap, type Remote } from 'comlink'
import type { Studio } from '../protocol/studio.ts'

export function connectStudio(): Studio {
  // A worker's own address is inside the build's assets; files of the site are found from the page's.
  const worker = new Worker(new URL('./trainer.worker.ts', import.meta.url), { type: 'module', name: document.baseURI })
  const remote = wrap<Studio>(worker)
  return new Proxy(remote as unknown as Studio, {
    get: (_, name) => (name === 'then' ? undefined : (...args: unknown[]) => call(remote, name as keyof Studio, args)),
  })
}

function call(remote: Remote<Studio>, name: keyof Studio, args: readonly unknown[]): Promise<unknown> {
  const method = remote[name] as unknown as (...crossing: unknown[]) => Promise<unknown>
  return method(...args.map((a) => (typeof a === 'function' ? proxy(a as () => void) : a)))
}
