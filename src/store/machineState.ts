// What is known of this machine: whether its kernels were tested, and how far its memory went.
import type { Failure } from '../protocol/failure.ts'
import type { KernelNote, KernelVerdict, RoomReport, SelfTestReport } from '../protocol/machine.ts'
import { nothing, type Held } from './held.ts'
import { noRequests, type RequestState } from './requestState.ts'

export interface SelfTesting {
  readonly busy: boolean
  readonly done: number
  readonly total: number
  readonly verdicts: readonly KernelVerdict[]
  readonly report?: SelfTestReport
  readonly failure?: Failure
}

export interface MachineState {
  readonly selfTest: SelfTesting
  readonly requests: RequestState
  readonly room: Held<RoomReport>
  readonly kernels: Held<KernelNote>
  /** What the trial was of (see `plannedOf`). */
  readonly roomOf?: string
}

export const firstMachine: MachineState = { selfTest: { busy: false, done: 0, total: 0, verdicts: [] }, requests: noRequests, room: nothing, kernels: nothing }
