// What a finished run leaves: a PEFT adapter folder, or after full tuning a whole model folder; always with its recipe.
import { unmergeable } from '../adapters/mergeInto.ts'
import type { TensorEntry } from '../files/modelFolder.ts'
import { adapterFiles } from '../files/adapter.ts'
import { adapterCard, type CardFacts } from '../files/modelCard.ts'
import { configJson } from '../files/configJson.ts'
import { sortedJson } from '../files/sortedJson.ts'
import { writeSafetensors, type OutTensor } from '../files/writeSafetensors.ts'
import { packValues } from '../engine/pack.ts'
import loader from '../files/load_adapter.py?raw'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import type { Attachment, Emitted, ReadParam } from '../methods/method.ts'
import { methodOf } from '../methods/registry.ts'
import { Fault } from '../protocol/failure.ts'
import { MODEL_CLASSES } from '../protocol/taskType.ts'
import type { RunEvent } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { attachRecipe } from './attachRecipe.ts'
import { subjectOf, type Base } from './base.ts'
import { keptWords } from './keptAs.ts'
import type { Layout, Window } from './layout.ts'
import { takeWindow } from './params.ts'
import { recipeModel } from './recipeModel.ts'
import { runFacts } from './runFacts.ts'
import { findTensor } from './weights.ts'

type AdapterTensors = Map<string, { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }>

export interface ExportOptions {
  readonly facts: CardFacts
  readonly values: Float32Array
  readonly layout: Layout
  readonly attachments: readonly Attachment[]
}

/** What the card says of a recipe. */
export const recipeFacts = (recipe: Recipe, version: string): Pick<CardFacts, 'name' | 'baseModel' | 'isBuiltin' | 'revision' | 'keptAs' | 'method' | 'recipe' | 'seed' | 'versions' | 'labels'> => ({
  name: recipe.name,
  baseModel: recipe.base.id,
  isBuiltin: recipe.base.source === 'builtin',
  ...(recipe.base.revision !== undefined && { revision: recipe.base.revision }),
  keptAs: keptWords(recipe.base),
  method: recipe.methods.map((m) => methodOf(m.id).label).join(' + '),
  recipe,
  seed: recipe.seed,
  versions: { Tunesmith: version },
  ...(recipe.labels && { labels: recipe.labels }),
})

/** What a card can tell of a run that is stored. */
export const recordFacts = (record: RunRecord, events: readonly RunEvent[], version: string): CardFacts => ({
  ...recipeFacts(record.recipe, version),
  // Where it lay is nobody else's business.
  dataName: record.recipe.data.id.split(/[\\/]/).at(-1)!,
  ...(record.recipe.data.sha256 !== undefined && { dataSha256: record.recipe.data.sha256 }),
  steps: record.step,
  ...(record.lastLoss !== undefined && { trainLoss: record.lastLoss }),
  ...runFacts(events),
})

/** The adapter of a run that did not finish, from its last checkpoint. */
export async function exportCheckpoint(opened: Base, storage: Storage, record: RunRecord, version: string): Promise<Map<string, Uint8Array>> {
  const saved = await storage.checkpoints.load(record.id)
  const values = saved?.parts.get('values')
  if (!saved || !values) throw new Fault('storage', 'This run has no checkpoint yet, so there is nothing to take away.', 'Let it train until its first checkpoint.')
  const { recipe } = record
  const base = recipeModel(opened, recipe)
  const { layout, attachments } = subjectOf(base, attachRecipe(recipe, base))
  return exportRun(base, {
    values: new Float32Array(values.slice().buffer),
    layout,
    attachments,
    facts: { ...recordFacts(record, await storage.runs.events(record.id), version), steps: saved.step },
  })
}

/** Files by path. */
export async function exportRun(base: Base, { facts: given, values, layout, attachments }: ExportOptions): Promise<Map<string, Uint8Array>> {
  const { folder: { licence }, outline: { taskType } } = base
  const facts = { ...given, taskType, ...(licence && { licence }) }
  const windows = [...layout.windows.values()]
  const trained = (owned: readonly Window[]): AdapterTensors => new Map(owned.map((w) => [w.key, { shape: w.shape, data: takeWindow(values, w) }]))
  const recipe = utf8(`${JSON.stringify(facts.recipe, null, 2)}\n`)
  const [only] = attachments
  if (attachments.length === 1 && (only.adapterConfig ?? only.ownConfig)) {
    const own = only.adapterHub || only.ownConfig !== undefined
    const files = partFiles(only, trained(windows), own ? { ...facts, library: only.adapterHub ? 'adapters' : 'transformers', load: loadLines(facts, only) } : facts)
    return new Map([...files, ['recipe.json', recipe], ...(own ? [LOADER] : [])])
  }
  if (attachments.length > 1) {
    // No library has one file for a union: each method's part lies in a folder of its own, in the recipe's order.
    const parts = new Map<string, Uint8Array>([['README.md', utf8(adapterCard({ ...facts, library: 'transformers', load: loadLines(facts) }))], ['recipe.json', recipe], LOADER])
    for (const [i, a] of attachments.entries()) {
      for (const [path, bytes] of partFiles(a, trained(windows.filter((w) => w.owner === i)), facts)) parts.set(`${i + 1}-${a.name}/${path}`, bytes)
    }
    return parts
  }
  const tensors = trained(windows)
  const out = new Map<string, OutTensor>()
  for (const [name, entry] of base.folder.tensors) out.set(name, await retuned(name, entry, tensors, base))
  // A head that the checkpoint lacks.
  for (const [name, { shape, data }] of tensors) if (!findTensor(base.folder, base.family, name)) out.set(name, { dtype: 'F32', shape, data: packValues(data, 'f32') })
  const files = new Map<string, Uint8Array>([
    ['config.json', utf8(configJson(base.folder.config))],
    ['model.safetensors', writeSafetensors(out, { format: 'pt' })],
    ['tokenizer.json', utf8(JSON.stringify(base.folder.tokenizerJson))],
    ['tokenizer_config.json', utf8(sortedJson(base.folder.tokenizerConfig))],
    ['README.md', utf8(adapterCard({ ...facts, isWhole: true, library: 'transformers', load: wholeLines(MODEL_CLASSES[taskType]), elsewhere: 'merged' }))],
    ['recipe.json', recipe],
  ])
  if (base.folder.generationConfig) files.set('generation_config.json', utf8(configJson(base.folder.generationConfig)))
  if (base.folder.chatTemplate) files.set('chat_template.jinja', utf8(base.folder.chatTemplate))
  return files
}

const wholeLines = (auto: string): string =>
  `A whole model, as any other:\n\n\`\`\`python\nfrom transformers import ${auto}, AutoTokenizer\n\nmodel = ${auto}.from_pretrained("path/to/this/folder")\ntokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")\n\`\`\``
const LOADER: readonly [string, Uint8Array] = ['load_adapter.py', utf8(loader)]

function loadLines({ baseModel }: CardFacts, only?: Attachment): string {
  const what = only ? (only.adapterHub ? 'AdapterHub’s `adapters` reads this folder; with transformers alone:' : 'No library has a type for it. With transformers:') : 'Each method has a folder of its own. All of them together:'
  return `${what}\n\n\`\`\`python\nfrom load_adapter import load_adapter  # in this folder; says what each tensor is\n\nmodel = load_adapter(${JSON.stringify(baseModel).replaceAll('`', "'")})\n\`\`\``
}

/** What one method leaves, in the layout of the library that has a type for it, or in ours. */
function partFiles(a: Attachment, trained: AdapterTensors, facts: CardFacts): Map<string, Uint8Array> {
  if (a.adapterConfig) return oneAdapter(a, trained, facts)
  return new Map([
    ['README.md', utf8(adapterCard({ library: 'transformers', load: 'A part of what `load_adapter.py`, in the folder above, loads.', ...facts }))],
    ['adapter_config.json', utf8(sortedJson({ base_model_name_or_path: facts.baseModel, ...a.ownConfig?.() }))],
    ['tensors.safetensors', writeSafetensors(packed(trained), { format: 'pt' })],
  ])
}

/** One method's adapter folder: the trained tensors, or what the method makes of them. */
function oneAdapter(a: Attachment, trained: AdapterTensors, facts: CardFacts): Map<string, Uint8Array> {
  const read: ReadParam = (key) => trained.get(key)?.data
  const saved = a.saved?.(read, [...trained.keys()], (key) => trained.get(key)!.shape)
  const tensors = saved ? new Map([...saved].map(([key, t]) => [key, { shape: t.shape, data: Float32Array.from(t.data) }])) : trained
  const elsewhere = unmergeable(a) !== undefined ? 'none' : a.name === 'lora' ? 'lora' : 'merged'
  const card = adapterCard(a.loader === undefined ? { elsewhere, ...facts } : { ...facts, library: 'transformers', load: ownLoadLines(facts, a) })
  const config = a.adapterConfig!(facts.baseModel, { steps: (facts.recipe as Recipe).training.steps, read })
  // PEFT's own entry: with it, its Auto classes take the base at the same commit.
  const pinned = 'revision' in config && facts.revision !== undefined ? { ...config, revision: facts.revision } : config
  const files = adapterFiles({ config: pinned, tensors, card })
  if (a.loader !== undefined) files.set('load_adapter.py', utf8(a.loader))
  for (const { name, rows } of a.emit ? (a.tasks ?? []) : [])
    for (const [path, bytes] of emittedFiles(a.emit!(read, rows[0]), facts, name)) files.set(`tasks/${name}/${path}`, bytes)
  if (!a.adapterHub) return files
  // The head of a model for classes trains beside the adapters; AdapterHub keeps heads in a file of their own.
  const head = new Map([...trained].filter(([key]) => a.trains?.(key) !== undefined))
  if (head.size > 0) {
    files.set('model_head.safetensors', writeSafetensors(packed(head), { format: 'pt' }))
    files.set('head_config.json', utf8(sortedJson(headConfig(config, facts))))
  }
  return new Map(
    [...files].map(([path, bytes]): [string, Uint8Array] => {
      if (path === 'adapter_model.safetensors') return ['adapter.safetensors', bytes]
      // AdapterHub reads a whole number here as an int and refuses it.
      return path === 'adapter_config.json' ? [path, utf8(fromUtf8(bytes).replace(/"scaling": (\d+)(?=,?\n)/, '"scaling": $1.0'))] : [path, bytes]
    }),
  )
}

/** AdapterHub's description of a head under the model's own names; beside it, the library takes the head along with the adapter. */
function headConfig(adapter: Readonly<Record<string, unknown>>, { labels = [], taskType }: CardFacts): Record<string, unknown> {
  const { hidden_size, model_name, model_type, version } = adapter
  // A family is called by its model that writes, which has no such head.
  const model_class = String(adapter['model_class']).replace(/(ForCausalLM|LMHeadModel)$/, taskType === 'TOKEN_CLS' ? 'ForTokenClassification' : 'ForSequenceClassification')
  const classes = labels.length > 0 && { num_labels: labels.length, label2id: Object.fromEntries(labels.map((label, i) => [label, i])) }
  return { config: null, name: null, hidden_size, model_class, model_name, model_type, version, ...classes }
}

/** The folder of an adapter that another one made, for a task by name or a description; what was measured is the task's own. */
function emittedFiles({ attachment, tensors }: Emitted, facts: CardFacts, task: string): Map<string, Uint8Array<ArrayBuffer>> {
  const { name, baseModel, licence, recipe, dataName, rows, steps, seed, versions, tasks } = facts
  const of = tasks?.find((t) => t.name === task)
  const own = { ...of, name: `${name}: ${task}`, baseModel, ...(licence && { licence }), method: methodOf(attachment.name!).label, recipe, dataName, ...(rows !== undefined && { rows: of?.rows ?? rows }), steps, seed, versions }
  return adapterFiles({ config: attachment.adapterConfig!(baseModel), tensors, card: adapterCard(own) })
}

/** Of what comes with a loader of its own and makes an adapter for each task. */
function ownLoadLines({ baseModel }: CardFacts, { tasks = [] }: Attachment): string {
  const text = (value: string): string => JSON.stringify(value).replaceAll('`', "'")
  return [
    'The folders in `tasks/` are ordinary adapters, which PEFT loads. The network that made them, and makes others from a description:',
    `\`\`\`python\nfrom load_adapter import load_adapter  # in this folder; says what each tensor is\n\nmodel = load_adapter(${text(baseModel)}, ${text(tasks[0]?.name ?? '')})  # a task’s name, or the description of a new one\n\`\`\``,
  ].join('\n\n')
}

const packed = (tensors: AdapterTensors): Map<string, OutTensor> => new Map([...tensors].map(([key, { shape, data }]) => [key, { dtype: 'F32', shape, data: packValues(data, 'f32') }]))

/** The trained tensor in the checkpoint's own type, rounded once; untouched ones are copied. */
async function retuned(name: string, entry: TensorEntry, trained: ReadonlyMap<string, { readonly data: Float32Array }>, base: Base): Promise<OutTensor> {
  const { dtype, shape } = entry
  const traced = [...trained.keys()].find((key) => key === name || base.family.aliases?.(key)?.includes(name))
  if (traced === undefined) return { dtype, shape, data: await entry.read() }
  const { data } = trained.get(traced)!
  const packed = packValues(data, dtype === 'F16' ? 'f16' : dtype === 'BF16' ? 'bf16' : 'f32')
  const kept = dtype === 'F16' || dtype === 'BF16' ? dtype : 'F32'
  return { dtype: kept, shape, data: packed.subarray(0, kept === 'F32' ? data.length * 4 : data.length * 2) }
}
