// A run as a folder for larger machines: train.py (transformers, PEFT, accelerate), the data as prepared, the recipe, and the
// adapter as it would start here. Needs no GPU. What a script could not repeat exactly is refused in a sentence.
import type { Batch, BatchPlan } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import { readClasses } from '../families/classes.ts'
import { adapterFiles } from '../files/adapter.ts'
import frozenScript from '../files/frozen.py?raw'
import type { TensorEntry } from '../files/modelFolder.ts'
import script from '../files/train.py?raw'
import { writeSafetensors } from '../files/writeSafetensors.ts'
import { packValues } from '../engine/pack.ts'
import { utf8 } from '../lib/bytes.ts'
import type { Attachment } from '../methods/method.ts'
import { methodOf } from '../methods/registry.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { attachRecipe } from './attachRecipe.ts'
import { subjectOf, type OpenModel } from './base.ts'
import { orFreshHead } from './freshValues.ts'
import { keptAs } from './keptAs.ts'
import { objectiveOf, PLAIN } from './objective.ts'
import { initialValues, takeWindow } from './params.ts'
import { recipeModel, taskOf } from './recipeModel.ts'
import { batchesOf, type TaskData } from './runData.ts'
import { asKept, scriptFrozen } from './scriptFrozen.ts'
import { isFrozen, rateAt } from './stages.ts'
import { findTensor } from './weights.ts'

export interface ScriptGroup {
  /** Multiplies the learning rate of the run. */
  readonly lr_scale: number
  readonly weight_decay: number
  /** Keys of an adapter file, or names in the checkpoint. */
  readonly tensors: readonly string[]
}

/**
 * Files by path; throws a `bad-recipe` Fault where the run cannot be repeated in Python.
 * @param data of each of the recipe's tasks, or its dataset
 */
export async function exportScript(opened: OpenModel, given: Recipe, data: Dataset | readonly TaskData[]): Promise<Map<string, Uint8Array>> {
  const model = recipeModel({ ...opened, kept: keptAs(given.base) }, given)
  const task = taskOf(model, given)
  const recipe: Recipe = task === 'CAUSAL_LM' ? given : { ...given, task, labels: given.labels ?? readClasses(model.folder.config)!.labels }
  const attachments = attachRecipe(recipe, model)
  const [only] = attachments
  checkMethod(recipe, attachments, model)
  checkTraining(recipe)
  const subject = subjectOf(model, attachments)
  const { census, layout } = subject
  const { steps, gradient_accumulation_steps: k } = recipe.training
  const plan = batchesOf(model, recipe, data, attachments).train
  const { examples, batches } = listBatches(plan, steps * k, task === 'CAUSAL_LM')

  const stored = (name: string): TensorEntry | undefined => findTensor(model.folder, model.family, name)
  const read = async (name: string, as?: 'kept'): Promise<Float32Array> => (as === 'kept' ? asKept(model, name, await stored(name)!.readF32()) : stored(name)!.readF32())
  const flat = await initialValues(layout, recipe.seed, orFreshHead(model, layout, recipe.seed, read))
  const values = new Map([...layout.windows.values()].map((w) => [w.key, { shape: w.shape, data: takeWindow(flat, w) }]))
  const learns = [...layout.windows.values()].filter(({ key, frozen }) => !frozen && !isFrozen(census.levels.get(key)!, model.outline.layers, recipe.training))
  const groups = groupBy(
    learns.map(({ key, decays }) => ({
      key,
      lr_scale: (only.lrScale?.(key) ?? 1) * rateAt(census.levels.get(key)!, model.outline.layers, recipe.training.layerwise_lr_decay),
      weight_decay: decays ? recipe.training.weight_decay : 0,
    })),
  )
  const files = new Map([
    ['train.py', utf8(script)],
    ['recipe.json', utf8(`${JSON.stringify(recipe, null, 2)}\n`)],
    ['groups.json', utf8(`${JSON.stringify(groups, null, 2)}\n`)],
    ['examples.jsonl', lines(examples)],
    ['batches.jsonl', lines(batches)],
  ])
  const frozen = scriptFrozen(model, census.weights)
  files.set('README.md', utf8(readme(recipe, frozen?.type)))
  if (frozen) files.set('frozen.py', utf8(frozenScript)).set('frozen.json', utf8(`${JSON.stringify(frozen)}\n`))
  if (!only.adapterConfig) {
    const head = new Map([...values].filter(([name]) => !stored(name)))
    if (head.size > 0) files.set('head.safetensors', safetensors(head))
    return files
  }
  const config = { ...only.adapterConfig(recipe.base.id), inference_mode: false }
  if (only.prompt || only.prefix) {
    files.set('initial/adapter_config.json', utf8(`${JSON.stringify(config, null, 2)}\n`))
    files.set('initial/prompt_encoder.safetensors', safetensors(values))
  } else {
    const card = `# Before the first step\n\nThe adapter that train.py, in the folder above, starts from. It has learned nothing yet.\n`
    for (const [path, bytes] of adapterFiles({ config, tensors: values, card })) files.set(`initial/${path}`, bytes)
  }
  return files
}

const safetensors = (values: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }>): Uint8Array<ArrayBuffer> =>
  writeSafetensors(new Map([...values].map(([key, { shape, data }]) => [key, { dtype: 'F32', shape, data: packValues(data, 'f32') }])))

function checkMethod({ methods, task }: Recipe, attachments: readonly Attachment[], model: OpenModel): void {
  const [only] = attachments
  if (attachments.length > 1) throw new Fault('bad-recipe', 'PEFT trains one method at a time, and this recipe lists several.', 'Keep one of them, or train here.')
  const { label } = methodOf(methods[0].id)
  if ((!only.adapterConfig && methods[0].id !== 'full') || only.adapterHub) throw new Fault('bad-recipe', `PEFT has no method like ${label}, so no script can train it.`, 'Choose LoRA, another method of PEFT’s, or full tuning, or train here.')
  if (only.tasks || only.updated || only.penalise) throw new Fault('bad-recipe', `${label} does more in a step than the script can repeat.`, 'Choose LoRA, or train here.')
  const virtual = only.prompt ?? only.prefix
  if (only.saved && !virtual) throw new Fault('bad-recipe', `With these options, ${label} trains other tensors than its files hold, so PEFT could not go on from its start.`, 'For LoRA, choose the random start; or train here.')
  if (virtual && task === 'SEQ_CLS' && model.family.pooled !== 'first') throw new Fault('bad-recipe', 'With virtual tokens, PEFT takes the class of a padded text from its padding.', 'Choose LoRA, or a label for every word; or train here.')
  if (only.prefix && task && task !== 'CAUSAL_LM' && model.family.pooled === 'first') throw new Fault('bad-recipe', `PEFT gives ${model.family.id} no prefixes.`, 'Choose LoRA or prompt tuning, or train here.')
  if (!only.adapterConfig && model.kept.quantization) throw new Fault('bad-recipe', 'No library tunes all of a model whose layers are kept in few bits.', 'Keep them as in the file, or choose LoRA.')
  if (virtual && Number(methods[0].options['dropout'] ?? 0) > 0) throw new Fault('bad-recipe', 'PEFT has no dropout on virtual tokens.', 'Set dropout to 0.')
}

function checkTraining({ training }: Recipe): void {
  const { neftuneNoise, klToBase, penalties } = objectiveOf(training)
  const extra = [
    ...(neftuneNoise === PLAIN.neftuneNoise ? [] : ['neftune_noise_alpha']),
    ...(klToBase === PLAIN.klToBase ? [] : ['kl_to_base']),
    ...(penalties.l1 > 0 ? ['l1_penalty'] : []),
    ...(penalties.l2 > 0 ? ['l2_penalty'] : []),
    ...(penalties.l2Start > 0 ? ['l2_start_penalty'] : []),
    ...(training.unfreeze_every > 0 ? ['unfreeze_every'] : []),
  ]
  if (extra.length > 0) throw new Fault('bad-recipe', `The script knows no ${extra.join(', ')}.`, 'Set them to 0, or train here.')
}

interface PreparedExample {
  readonly ids: readonly number[]
  readonly targets: readonly number[]
  /** 1 for the second text of a pair. */
  readonly types?: readonly number[]
}

/** The first batches of a run as rows of example numbers; equal examples are one. @param together whether several may share a row */
function listBatches(plan: BatchPlan, count: number, together: boolean): { examples: readonly PreparedExample[]; batches: readonly (readonly (readonly number[])[])[] } {
  const examples: PreparedExample[] = []
  const numbers = new Map<string, number>()
  const numberOf = (example: PreparedExample): number => {
    const text = `${example.ids.join()};${example.targets.join()};${example.types?.join() ?? ''}`
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, examples.length)
    return examples.push(example) - 1
  }
  const batches = Array.from({ length: count }, (_, i) => {
    const rows = rowsOf(plan.batch(i))
    return (together ? rows : rows.flat().map((one) => [one])).map((row) => row.map(numberOf))
  })
  return { examples, batches }
}

/** What stands in each row, one segment after another. */
function rowsOf({ T, tokens, targets, segments, rows, tokenTypes }: Batch): PreparedExample[][] {
  return Array.from({ length: rows }, (_, b) => {
    const found: PreparedExample[] = []
    for (let at = b * T; at < (b + 1) * T && segments[at] >= 0; ) {
      let end = at
      while (end < (b + 1) * T && segments[end] === segments[at]) end++
      const types = tokenTypes?.subarray(at, end)
      found.push({ ids: [...tokens.subarray(at, end)], targets: [...targets.subarray(at, end)], ...(types?.some((t) => t > 0) && { types: [...types] }) })
      at = end
    }
    return found
  })
}

function groupBy(tensors: readonly { readonly key: string; readonly lr_scale: number; readonly weight_decay: number }[]): ScriptGroup[] {
  const groups = new Map<string, { lr_scale: number; weight_decay: number; tensors: string[] }>()
  for (const { key, lr_scale, weight_decay } of tensors) {
    const name = `${lr_scale} ${weight_decay}`
    if (!groups.has(name)) groups.set(name, { lr_scale, weight_decay, tensors: [] })
    groups.get(name)!.tensors.push(key)
  }
  return [...groups.values()]
}

const lines = (values: readonly unknown[]): Uint8Array<ArrayBuffer> => utf8(values.map((value) => `${JSON.stringify(value)}\n`).join(''))

/** @param blocks what frozen layers are kept in, if in blocks */
function readme({ name, base, methods, training }: Recipe, blocks?: string | null): string {
  const where = base.source === 'hub' ? '' : base.source === 'builtin' ? ' It lies in `base/`.' : ' Say where it is with `--base PATH`.'
  return `# ${name}, for larger machines

${methodOf(methods[0].id).label} of \`${base.id}\`, ${training.steps} steps, prepared by Tunesmith.${where}

\`\`\`sh
pip install "torch>=2.6" "transformers>=5" "peft>=0.17" accelerate safetensors${blocks ? ' bitsandbytes' : ''}
python train.py                          # one process
torchrun --nproc_per_node 2 train.py     # two, with the same global batch; accelerate launch works as well
\`\`\`

${
    blocks
      ? `Frozen layers are kept in ${blocks === 'int8' ? 'int8' : 'NF4'}: by bitsandbytes on a GPU that it supports, and rounded in float32 elsewhere or with \`--frozen rounded\`, which
repeats the losses. \`frozen.py\` says how.\n\n`
      : ''
  }On one process and in float32 the losses are those that Tunesmith reports, up to rounding; dropout draws other numbers. The data
are token ids already: nothing is left to a template or a tokenizer. \`train.py\` says what each file holds.
`
}
