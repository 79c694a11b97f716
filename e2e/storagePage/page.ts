// A page with nothing but the storage worker, so that journeys can try the browser's storage by itself.
import '../../src/ui/trustedTypes.ts'
import * as Comlink from 'comlink'
import type { StorageProbe } from './probe.worker.ts'

/** Comlink's own type splits a promise of alternatives into alternative promises. */
type Remote<T extends Record<string, (...args: never[]) => unknown>> = {
  [K in keyof T]: (...args: Parameters<T[K]>) => Promise<Awaited<ReturnType<T[K]>>>
}

declare global {
  interface Window {
    probe: Remote<StorageProbe>
    saveForever(run: string, first: number, bytes: number, acknowledged: (step: number) => void): void
  }
}

const worker = new Worker(new URL('./probe.worker.ts', import.meta.url), { type: 'module' })
window.probe = Comlink.wrap<StorageProbe>(worker) as unknown as Remote<StorageProbe>
window.saveForever = (run, first, bytes, acknowledged) =>
  void window.probe.saveForever(run, first, bytes, Comlink.proxy(acknowledged))
