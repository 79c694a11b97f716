// What is kept in this browser, as the page lists it; and runs that leave or come as projects.
import type { NamedFile, RunRecord } from '../protocol/studio.ts'
import type { Context } from './context.ts'
import { answer, nothing, progressed, settled, waiting } from './held.ts'
import type { RunListActions } from './runListActions.ts'

export interface KeepActions {
  refreshStorage(): Promise<void>
  /** Asks the browser to promise that it clears nothing by itself. */
  keepSafe(): Promise<void>
  dropCheckpoints(id: string): Promise<void>
  /** Makes the zip; the caller saves it. */
  exportProject(id: string, withData: boolean): Promise<{ readonly name: string; readonly zip: Blob } | undefined>
  /** Keeps the run of a project here, and shows it. */
  openProject(file: NamedFile): Promise<RunRecord | undefined>
  /** Nothing of the project that is being opened stays. */
  cancelProject(): Promise<void>
}

export function keepActions({ studio, store }: Context, runList: RunListActions): KeepActions {
  const { getState, setState } = store
  async function refreshStorage(): Promise<void> {
    setState((s) => ({ storage: waiting(s.storage) }))
    const result = await answer(studio.storageUse())
    setState((s) => ({ storage: settled(s.storage, result) }))
  }
  return {
    refreshStorage,
    async keepSafe() {
      const result = await answer(studio.keepSafe())
      if (!result.ok) setState({ notice: result.failure })
      await refreshStorage()
    },
    async dropCheckpoints(id) {
      const result = await answer(studio.dropCheckpoints(id))
      if (!result.ok) setState({ notice: result.failure })
      await Promise.all([refreshStorage(), runList.refreshRuns()])
    },
    async exportProject(id, withData) {
      setState({ projecting: { busy: true } })
      const result = await answer(studio.exportProject(id, withData))
      setState({ projecting: result.ok ? nothing : { busy: false, failure: result.failure } })
      return result.ok ? result.value : undefined
    },
    async openProject(file) {
      setState({ projecting: { busy: true, progress: { done: 0, total: 0 } } })
      const result = await answer(studio.openProject(file, (done, total) => setState((s) => (s.projecting.busy ? { projecting: progressed(s.projecting, done, total) } : {}))))
      setState({ projecting: nothing })
      if (!result.ok) {
        if (result.failure.code !== 'cancelled') setState({ notice: result.failure })
        return undefined
      }
      await runList.refreshRuns()
      if (!getState().working) await runList.showRun(result.value.id)
      return result.value
    },
    cancelProject: () => studio.cancelProject(),
  }
}
