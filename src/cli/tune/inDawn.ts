// Runs a recipe in this process, over Dawn. Ctrl-C stops after the step in flight and still writes the adapter.
import { dawnGpu } from '../../gpu/dawn.ts'
import { openGpu } from '../../gpu/device.ts'
import type { RunEvent } from '../../protocol/event.ts'
import { memoryStorage } from '../../storage/memoryStorage.ts'
import { mount, type Tuning } from '../../train/base.ts'
import { Control } from '../../train/control.ts'
import { runSession } from '../../train/session.ts'
import { openRecipe } from './openRecipe.ts'
import type { RunRecipe } from './tuneResult.ts'

const UNTUNED: Tuning = { wanted: () => false, onMeasured: () => undefined }

export const runRecipe: RunRecipe = async (given, here, onEvent, { baseFolder, usualKernels = false } = {}) => {
  const { recipe, model, dataset, test, tasks } = await openRecipe(given, here, baseFolder)
  const base = mount(model, await openGpu(await dawnGpu()), usualKernels ? UNTUNED : undefined)
  const storage = memoryStorage()
  const runId = 'tune'
  await storage.runs.put({ id: runId, recipe, createdAt: Date.now(), status: 'running', step: 0, hasAdapter: false })
  const control = new Control()
  const stop = (): void => control.stop()
  process.once('SIGINT', stop)
  const events: RunEvent[] = []
  try {
    const record = await runSession({
      runId, recipe, base, dataset, test, storage, control, version: __APP_VERSION__, ...(tasks && { tasks }),
      onEvent(event) {
        if (event.type !== 'scoring') events.push(event)
        onEvent(event)
      },
    })
    return { record, events, files: (await storage.adapters.load(runId)) ?? new Map() }
  } finally {
    process.off('SIGINT', stop)
    base.weights.dispose()
  }
}
