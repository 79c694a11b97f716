// Asks the studio about this machine, when the person does.
import type { RequestNote } from '../protocol/machine.ts'
import { plannedOf } from './appState.ts'
import type { Context } from './context.ts'
import { batch } from './batch.ts'
import { answer, nothing, settled } from './held.ts'
import type { MachineState } from './machineState.ts'
import { withRequests } from './requestState.ts'

export interface MachineActions {
  /** Lists the requests of the workers; call it once. */
  keepRequests(): void
  /** One of the page’s own. */
  noteRequest(note: RequestNote): void
  /** Runs every kernel against the oracle; nothing happens while a run trains. */
  selfTest(): Promise<void>
  stopSelfTest(): Promise<void>
  lookAtKernels(): Promise<void>
  measureKernels(on: boolean): Promise<void>
  /** Allocates the plan's bytes and frees them. */
  tryRoom(): Promise<void>
}

export function machineActions({ studio, store }: Context): MachineActions {
  const { getState, setState } = store
  const change = (part: (machine: MachineState) => Partial<MachineState>): void => setState((s) => ({ machine: { ...s.machine, ...part(s.machine) } }))
  const notes = batch<RequestNote>((items) => change(({ requests }) => ({ requests: withRequests(requests, items) })), 500)
  return {
    noteRequest: (note) => notes.add(note),
    keepRequests() {
      void studio.watchRequests((note) => notes.add(note)).catch(() => undefined)
    },
    async selfTest() {
      const { working, machine } = getState()
      if (working || machine.selfTest.busy) return
      change(() => ({ selfTest: { busy: true, done: 0, total: 0, verdicts: [] } }))
      const result = await answer(
        studio.selfTest(({ done, total, verdict }) => change(({ selfTest }) => (selfTest.busy ? { selfTest: { ...selfTest, done, total, verdicts: [...selfTest.verdicts, verdict] } } : {}))),
      )
      change(({ selfTest: { done, total, verdicts } }) => ({
        selfTest: { busy: false, done, total, verdicts: result.ok ? result.value.verdicts : verdicts, ...(result.ok ? { report: result.value } : { failure: result.failure }) },
      }))
    },
    async lookAtKernels() {
      const result = await answer(studio.kernels())
      change(({ kernels }) => ({ kernels: settled(kernels, result) }))
    },
    async measureKernels(on) {
      change(({ kernels }) => ({ kernels: { ...kernels, busy: true } }))
      const result = await answer(studio.measureKernels(on))
      change(({ kernels }) => ({ kernels: settled(kernels, result) }))
    },
    stopSelfTest: () => studio.stopSelfTest(),
    async tryRoom() {
      const s = getState()
      if (s.working || s.machine.room.busy || !s.base.value || !s.dataset.value) return
      const roomOf = plannedOf(s)
      change(() => ({ room: { busy: true }, roomOf }))
      const result = await answer(studio.tryRoom(s.recipe))
      change(() => ({ room: settled(nothing, result) }))
    },
  }
}
