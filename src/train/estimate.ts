// Exact parameters and bytes of a run before it starts, from the plan of its largest batch; touches no GPU.
import { plan, type Plan } from '../engine/plan.ts'
import type { PlanSummary } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { attachRecipe } from './attachRecipe.ts'
import { backwardLayers } from './backwardLayers.ts'
import { subjectOf, type OpenModel } from './base.ts'
import { countOf } from './census.ts'
import { rowBucket } from './learner.ts'
import { objectiveOf, weightsFor } from './objective.ts'
import { stagesOf } from './stages.ts'
import { traceStep, type StepGraph } from './step.ts'
import { statesOf, traceUpdate } from './update.ts'
import { BEST } from './validationWatch.ts'
import { weightBytes } from './weights.ts'

export function estimate(model: OpenModel, recipe: Recipe, shapes: readonly { readonly B: number; readonly T: number }[]): PlanSummary {
  const subject = subjectOf(model, attachRecipe(recipe, model))
  const [{ B, T }] = shapes
  const objective = objectiveOf(recipe.training)
  const { layers } = model.family.dimensions(model.config)
  // The last stage trains most and needs most.
  const { keys } = stagesOf(subject.census, layers, recipe.training).at(-1)!
  const shape = { batch: B, length: T, rows: rowBucket(B * T, B * T) }
  const step = traceStep(subject, shape, true, objective, keys)
  const { bytes } = planOf(step)
  const everything = planOf(traceStep(subjectOf(model, [{ trains: (name) => name }]), shape, true, objective)).bytes
  const weights = weightBytes(model, weightsFor(objective, model, subject))
  const update = traceUpdate(subject, () => ({ lrScale: 1, weightDecay: 0 }), recipe.training.steps, objective.penalties).graph
  const states = statesOf(update)
  if (recipe.training.load_best_model_at_end) states.set(BEST, subject.layout.length)
  const trainable = 4 * [...states.values()].reduce((a, b) => a + b)
  const { activations, workspace } = bytes
  return {
    trainableParameters: countOf(subject.census.trainables.filter((t) => keys.has(t.key))),
    totalParameters: model.folder.parameters,
    bytes: { weights, activations, workspace, trainable, total: weights + activations + workspace + trainable },
    backward: { layers: backwardLayers(step), of: layers, sparedBytes: Math.max(0, everything.activations - activations) },
    // The norm takes two.
    dispatches: step.graph.nodes.length + update.nodes.length + 1,
  }
}

const planOf = ({ graph, loss, boundary }: StepGraph): Plan => plan(graph, [loss], boundary)
