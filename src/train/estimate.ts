// Exact parameters and bytes of a run before it starts, from the plan of its largest batch; touches no GPU.
import { plan, type Plan } from '../engine/plan.ts'
import type { PlanSummary } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { attachRecipe } from './attachRecipe.ts'
import { backwardLayers } from './backwardLayers.ts'
import { subjectOf, type OpenModel } from './base.ts'
import { countOf, type WeightEntry } from './census.ts'
import { rowBucket, type TrainSubject } from './learner.ts'
import { objectiveOf, weightsFor } from './objective.ts'
import { stagesOf } from './stages.ts'
import { traceStep, type StepGraph } from './step.ts'
import { statesOf, traceUpdate } from './update.ts'
import { BEST } from './validationWatch.ts'
import { weightBytes } from './weights.ts'

/** What a run's largest batch needs on the GPU, tensor by tensor and slot by slot. */
export interface RunNeeds {
  readonly subject: TrainSubject
  readonly step: StepGraph
  readonly plan: Plan
  readonly weights: readonly WeightEntry[]
  /** Bytes of values, gradients and moments, by name. */
  readonly states: ReadonlyMap<string, number>
  /** Parameters that train, and the nodes of an update. */
  readonly trained: number
  readonly updateNodes: number
}

type Shape = { readonly B: number; readonly T: number }

export function runNeeds(model: OpenModel, recipe: Recipe, [{ B, T }]: readonly Shape[]): RunNeeds {
  const subject = subjectOf(model, attachRecipe(recipe, model))
  const objective = objectiveOf(recipe.training)
  // The last stage trains most and needs most.
  const { keys } = stagesOf(subject.census, model.family.dimensions(model.config).layers, recipe.training).at(-1)!
  const step = traceStep(subject, shapeOf(B, T), true, objective, keys)
  const update = traceUpdate(subject, () => ({ lrScale: 1, weightDecay: 0 }), recipe.training.steps, objective.penalties).graph
  const lengths = statesOf(update)
  if (recipe.training.load_best_model_at_end) lengths.set(BEST, subject.layout.length)
  return {
    subject,
    step,
    plan: planOf(step),
    weights: weightsFor(objective, model, subject),
    states: new Map([...lengths].map(([name, length]) => [name, 4 * length])),
    trained: countOf(subject.census.trainables.filter((t) => keys.has(t.key))),
    updateNodes: update.nodes.length,
  }
}

export function estimate(model: OpenModel, recipe: Recipe, shapes: readonly Shape[]): PlanSummary {
  const [{ B, T }] = shapes
  const { step, plan: needed, weights: entries, states, trained, updateNodes } = runNeeds(model, recipe, shapes)
  const everything = planOf(traceStep(subjectOf(model, [{ trains: (name) => name }]), shapeOf(B, T), true, objectiveOf(recipe.training))).bytes
  const { activations, workspace } = needed.bytes
  const weights = weightBytes(model, entries)
  const trainable = [...states.values()].reduce((a, b) => a + b)
  return {
    trainableParameters: trained,
    totalParameters: model.folder.parameters,
    bytes: { weights, activations, workspace, trainable, total: weights + activations + workspace + trainable },
    backward: { layers: backwardLayers(step), of: model.family.dimensions(model.config).layers, sparedBytes: Math.max(0, everything.activations - activations) },
    // The norm takes two.
    dispatches: step.graph.nodes.length + updateNodes + 1,
  }
}

const shapeOf = (B: number, T: number) => ({ batch: B, length: T, rows: rowBucket(B * T, B * T) })
const planOf = ({ graph, loss, boundary }: StepGraph): Plan => plan(graph, [loss], boundary)
