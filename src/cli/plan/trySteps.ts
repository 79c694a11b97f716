// Whether the planner's bytes are those that are made: two steps of a run over Dawn, with every buffer of the device counted.
import { dawnGpu } from '../../gpu/dawn.ts'
import { openGpu } from '../../gpu/device.ts'
import type { Recipe } from '../../protocol/recipe.ts'
import { attachRecipe } from '../../train/attachRecipe.ts'
import type { OpenModel } from '../../train/base.ts'
import { estimate } from '../../train/estimate.ts'
import { objectiveOf } from '../../train/objective.ts'
import { fullBatch, studioTraining } from '../bench/studioTraining.ts'
import { watchGpu } from '../bench/watchGpu.ts'

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(3)} GiB`

/** Prints what was planned and what was made, while loading and after. */
export async function trySteps(model: OpenModel, recipe: Recipe, { B, T }: { readonly B: number; readonly T: number }): Promise<void> {
  const planned = estimate(model, recipe, [{ B, T }]).bytes.total
  console.log(`planned              ${gib(planned)}`)
  const gpu = await openGpu(await dawnGpu())
  const watch = watchGpu()
  const batch = fullBatch(B, T, model.family.dimensions(model.config).vocabulary)
  const training = await studioTraining(gpu, model, attachRecipe(recipe, model), batch, { objective: objectiveOf(recipe.training) })
  console.log(`first step           loss ${training.firstLoss.toFixed(4)} after ${(training.firstMs / 1000).toFixed(1)} s`)
  const began = performance.now()
  const loss = await training.step()
  console.log(`second step          loss ${loss.toFixed(4)} after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const { live, peak } = watch.bytes(gpu.device)
  console.log(`buffers that live    ${gib(live)}, ${((100 * live) / planned - 100).toFixed(2)} % off the plan`)
  console.log(`most at any moment   ${gib(peak)}, loading included`)
  training.dispose()
  gpu.device.destroy()
}
