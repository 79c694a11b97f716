// The scripted Studio's machine: three kernels that pass at once, and room for everything, or none where the script says so.
import type { KernelVerdict, MachineShelf } from '../protocol/machine.ts'
import { testPlan } from './testFixtures.ts'

const verdicts: readonly KernelVerdict[] = ['attention', 'matmul', 'rmsNorm'].map((op) => ({
  op,
  passed: true,
  cases: 4,
  variants: 2,
  forward: { tensors: 8, worst: 3.1e-7 },
  gradient: { tensors: 6, worst: 1.2e-6 },
  problems: [],
}))

export function testMachine(wait: () => Promise<void>, noRoom = false): MachineShelf {
  let stopped = false
  let measures = true
  const note = () => ({ ok: true as const, value: { measures, known: measures ? 7 : 0, software: false } })
  return {
    kernels: async () => note(),
    async measureKernels(on) {
      measures = on
      return note()
    },
    async watchRequests(onRequest) {
      const at = Date.UTC(2026, 10, 21)
      onRequest({ by: 'studio', method: 'GET', address: 'https://site.test/samples/index.json', sentBytes: 0, receivedBytes: 742, at })
      onRequest({ by: 'hub', method: 'GET', address: 'https://huggingface.co/api/models/org/name', sentBytes: 0, at })
    },
    async selfTest(onProgress) {
      stopped = false
      const told: KernelVerdict[] = []
      for (const verdict of verdicts) {
        await wait()
        if (stopped) break
        told.push(verdict)
        onProgress({ done: told.length, total: verdicts.length, verdict })
      }
      return { ok: true, value: { passed: true, cancelled: stopped, ms: 2300, adapter: 'NVIDIA H100', verdicts: told } }
    },
    stopSelfTest: async () => void (stopped = true),
    async tryRoom(recipe) {
      await wait()
      const { weights, total } = testPlan(recipe, false).bytes
      const wantedBytes = total - weights
      if (!noRoom) return { ok: true, value: { wantedBytes, grantedBytes: wantedBytes, presentBytes: weights } }
      const failure = {
        code: 'out-of-memory' as const,
        message: 'The GPU could not give 48.0 MiB more; 6.0 MiB are in use.',
        hint: 'Turn gradient checkpointing on, or choose a smaller batch.',
        remedies: [{ kind: 'training' as const, name: 'gradient_checkpointing', value: 'selective' }, { kind: 'training' as const, name: 'batch_size', value: 4 }],
      }
      return { ok: true, value: { wantedBytes, grantedBytes: Math.round(wantedBytes / 3), presentBytes: weights, failure } }
    },
  }
}
