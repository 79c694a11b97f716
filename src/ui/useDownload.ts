// Packs a run and saves the zip.
import { useActions } from './AppContext.ts'
import { saveFile } from './saveFile.ts'

export function useDownload(): (runId: string) => Promise<void> {
  const { exportRun } = useActions()
  return async (runId) => {
    const made = await exportRun(runId)
    if (made) saveFile(made.name, made.zip)
  }
}
