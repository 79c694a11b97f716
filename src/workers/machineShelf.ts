// What the page asks about this machine, answered: is it right, is there room. The code of the checks is loaded with the first of them.
import type { Gpu } from '../gpu/device.ts'
import type { MachineShelf } from '../protocol/machine.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { resultOf } from '../protocol/result.ts'
import type { Base } from '../train/base.ts'
import type { KernelMemory } from '../train/kernelMemory.ts'
import type { RequestLog } from './requestLog.ts'

export interface MachineNeeds {
  readonly requests: RequestLog
  readonly kernels: KernelMemory
  /** One at a time, before a probe that is in flight. */
  soon<T>(work: () => Promise<T>): Promise<T>
  /** A device that is alive. */
  living(): Promise<Gpu>
  /** The recipe on the open model, on a device whose other memory is free, with its batches. */
  placed(recipe: Recipe): Promise<{ readonly base: Base; readonly recipe: Recipe; readonly shapes: readonly { readonly B: number; readonly T: number }[] }>
}

export function machineShelf({ requests, kernels, soon, living, placed }: MachineNeeds): MachineShelf {
  let stop = { asked: false }
  return {
    async watchRequests(onRequest) {
      requests.listen(onRequest)
    },
    kernels: () => resultOf(async () => kernels.note(await living())),
    measureKernels: (on) => resultOf(async () => kernels.measure(await living(), on)),
    selfTest: (onProgress) =>
      resultOf(() =>
        soon(async () => {
          const mine = (stop = { asked: false })
          const [gpu, { selfTest }] = await Promise.all([living(), import('../train/selfTest.ts')])
          return selfTest(gpu, onProgress, () => mine.asked)
        }),
      ),
    async stopSelfTest() {
      stop.asked = true
    },
    tryRoom: (given) =>
      resultOf(() =>
        soon(async () => {
          const { base, recipe, shapes } = await placed(given)
          const { tryRoom } = await import('../train/tryRoom.ts')
          return tryRoom(base, recipe, shapes)
        }),
      ),
  }
}
