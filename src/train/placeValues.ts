// Puts the values that a run starts or goes on with onto the GPU: fresh ones, or everything that a checkpoint holds.
import { Fault } from '../protocol/failure.ts'
import type { LoadedCheckpoint } from '../storage/checkpoints.ts'
import { freshValues } from './freshValues.ts'
import type { Learner } from './learner.ts'
import { START } from './update.ts'

/** @param saved last committed checkpoint of the run, if it has one; throws when it does not fit */
export async function placeValues({ base, subject, params }: Learner, seed: number, saved: LoadedCheckpoint | undefined): Promise<void> {
  if (!saved) {
    const fresh = await freshValues(base, subject.layout, seed)
    for (const which of ['values', START]) if (params.shared.has(which)) params.write(which, fresh)
    return
  }
  for (const which of params.lasting) {
    const bytes = saved.parts.get(which)
    if (!bytes || bytes.byteLength !== params.shared.get(which)!.size)
      throw new Fault('storage', `The checkpoint of step ${saved.step} does not fit this recipe.`, 'Start a new run with this recipe.')
    params.write(which, new Float32Array(bytes.slice().buffer))
  }
}
