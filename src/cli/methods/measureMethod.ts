// One row of the table of methods: a whole run of the built-in model, through the same door as `npm run tune -- --dawn`.
import { Fault } from '../../protocol/failure.ts'
import { defaultRecipe, type Recipe } from '../../protocol/recipe.ts'
import { medianOf } from '../bench/spread.ts'
import { runRecipe } from '../tune/inDawn.ts'
import type { MethodSubject } from './methodSubjects.ts'

export type Measured = { readonly id: string; readonly label: string; readonly learningRate: number } & (
  | {
      readonly status: 'done'
      readonly trainable: number
      readonly total: number
      /** Of the adapter folder's tensors, or of the model after full tuning. */
      readonly fileBytes: number
      /** GPU memory by plan. */
      readonly gpuBytes: number
      /** Median of a step. */
      readonly secondsPerStep: number
      /** Held-out loss, nats per token. */
      readonly before: number
      readonly after: number
      readonly exactBefore: number
      readonly exactAfter: number
      readonly questions: number
    }
  | { readonly status: 'left out'; readonly reason: string }
)

export async function measureMethod({ id, label, choices, learningRate }: MethodSubject, { steps, data }: { steps: number; data: string }): Promise<Measured> {
  const fresh = defaultRecipe()
  const recipe: Recipe = {
    ...fresh,
    name: id,
    data: { ...fresh.data, id: data },
    methods: choices,
    training: { ...fresh.training, steps, learning_rate: learningRate, eval_steps: steps, save_steps: 0 },
    evaluation: { ...fresh.evaluation, rows: 96 },
  }
  const result = await runRecipe(recipe, '.', () => undefined).catch((error: unknown) => {
    if (error instanceof Fault) return error
    throw error
  })
  const failed = result instanceof Fault ? result.message : result.record.status === 'done' ? undefined : 'The run failed.'
  if (result instanceof Fault || failed !== undefined) return { id, label, learningRate, status: 'left out', reason: failed ?? '' }
  const { events, files } = result
  const validation = events.filter((e) => e.type === 'validation')
  const scores = events.filter((e) => e.type === 'score')
  const plan = events.find((e) => e.type === 'plan')!.plan
  const ms = events.flatMap((e) => (e.type === 'step' ? [e.ms] : []))
  const tensors = [...files].filter(([path]) => path.endsWith('.safetensors'))
  return {
    id,
    label,
    learningRate,
    status: 'done',
    trainable: plan.trainableParameters,
    total: plan.totalParameters,
    fileBytes: tensors.reduce((n, [, bytes]) => n + bytes.byteLength, 0),
    gpuBytes: plan.bytes.total,
    secondsPerStep: medianOf(ms) / 1000,
    before: validation[0].loss,
    after: validation.at(-1)!.loss,
    exactBefore: scores[0].correct,
    exactAfter: scores.at(-1)!.correct,
    questions: scores[0].total,
  }
}
