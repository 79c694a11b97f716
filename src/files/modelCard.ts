// README.md of what a run leaves: front matter that the Hugging Face Hub and PEFT read, how to load it, how well it does, and
// everything it was made from.
import type { RunEvent } from '../protocol/event.ts'
import { ggufBase } from '../protocol/ggufBase.ts'
import type { Report } from '../protocol/report.ts'
import { MODEL_CLASSES, type TaskType } from '../protocol/taskType.ts'
import { fenced, frontMatter, licenceLine, oneLine, table, type Licence } from './cardText.ts'
import { curveLines, type Curves } from './curveLines.ts'
import { reportRows } from './reportRows.ts'

/** One task of a run over several datasets. */
export interface TaskCard extends Pick<CardFacts, 'rows' | 'validationLoss' | 'scores'> {
  readonly name: string
  readonly description: string
}

export interface CardFacts {
  readonly name: string
  /** Hub id or folder name of the base model. */
  readonly baseModel: string
  /** The base is the studio's own, which no Hub has. */
  readonly isBuiltin?: boolean
  /** The commit of a base model from the Hub. */
  readonly revision?: string
  /** How its frozen weights were kept, where not as in its files. */
  readonly keptAs?: string | undefined
  /** The base's, as far as its files say. */
  readonly licence?: Licence
  /** The method's name for people: LoRA. */
  readonly method: string
  /** The folder is a whole model, and no adapter. */
  readonly isWhole?: boolean
  /** What reads the folder, as the Hub calls it; unsaid: peft. */
  readonly library?: string
  /** What stands under “Load it”, in Markdown; unsaid: PEFT's lines. */
  readonly load?: string
  /** How programs without PEFT run it: as a LoRA beside the model, merged into it, or not at all; unsaid: nothing is said of them. */
  readonly elsewhere?: 'lora' | 'merged' | 'none'
  /** Unsaid: it writes. */
  readonly taskType?: TaskType
  /** Names of the classes that it sorts texts or tokens into, by class. */
  readonly labels?: readonly string[]
  /** Printed whole as JSON. */
  readonly recipe: unknown
  readonly dataName: string
  readonly dataSha256?: string
  readonly rows?: number
  readonly steps: number
  /** Step of the lowest validation loss, whose values these are; unsaid: the last. */
  readonly valuesOfStep?: number
  readonly seed: number
  readonly trainLoss?: number
  readonly validationLoss?: number
  /** Before the first update. */
  readonly firstValidationLoss?: number
  readonly curves?: Curves
  /** What both models reach; unsaid: only the scores below are known. */
  readonly report?: Report
  /** Where the run went on at another peak learning rate than the recipe's. */
  readonly rates?: readonly { readonly step: number; readonly was: number; readonly is: number }[]
  /** Share of test rows answered right, or F1, 0 to 1. */
  readonly scores?: { readonly before?: number; readonly after?: number }
  /** What right means; unsaid: exact match. */
  readonly metric?: Extract<RunEvent, { type: 'score' }>['metric']
  /** Test rows that were asked. */
  readonly askedRows?: number
  readonly tasks?: readonly TaskCard[]
  /** Program → version. */
  readonly versions: Readonly<Record<string, string>>
}

export function adapterCard(facts: CardFacts): string {
  const { name, baseModel, method, isWhole = false, taskType = 'CAUSAL_LM', library = 'peft', licence } = facts
  return [
    ...frontMatter({
      baseModel,
      relation: isWhole ? 'finetune' : 'adapter',
      ...(licence && { licence }),
      library,
      ...(taskType !== 'CAUSAL_LM' && { task: PIPELINES[taskType] }),
      tags: [method.toLowerCase()],
    }),
    '',
    `# ${oneLine(name) || 'adapter'}`,
    '',
    `${isWhole ? `${oneLine(baseModel)}, tuned as a whole and trained` : `An adapter for ${oneLine(baseModel)}, trained by ${method}`} in the browser with Tunesmith.`,
    '',
    '## Load it',
    '',
    facts.load ?? peftLines(facts),
    ...(facts.isBuiltin === true && !isWhole ? ['', `${oneLine(baseModel)} is the small model that Tunesmith brings along, and no Hub has it: its folder is \`public/${baseModel}\` in Tunesmith’s source, and \`base/\` in this run as train.py. A merged model needs no base.`] : []),
    ...elsewhereLines(facts),
    '',
    ...madeLines(facts),
    '## Licence',
    '',
    licenceLine(baseModel, licence),
    '',
  ].join('\n')
}

/** How good it is and how it was made, under headings of their own; the last line is empty. */
export function madeLines(facts: CardFacts): string[] {
  const curve = facts.curves ? curveLines(facts.curves) : []
  const scores = scoreRows(facts)
  const loss = (x: number | undefined): string | undefined => x?.toFixed(4)
  const rows: [string, string | undefined][] = [
    ['Base model', facts.baseModel],
    ['Its commit', facts.revision],
    ['Its weights while training', facts.keptAs],
    ['Method', facts.method],
    ['Data', facts.rows === undefined ? facts.dataName : `${facts.dataName}, ${facts.rows} rows`],
    ['Data SHA-256', facts.dataSha256],
    ['Steps', String(facts.steps)],
    ['Values of step', facts.valuesOfStep === undefined ? undefined : `${facts.valuesOfStep}, where the validation loss was lowest`],
    ['Learning rate', facts.rates?.map(({ step, was, is }) => `${was} up to step ${step}, then ${is}`).join('; ')],
    ['Seed', String(facts.seed)],
    ['Training loss, last step', loss(facts.trainLoss)],
    ...Object.entries(facts.versions),
  ]
  return [
    ...(facts.report || scores.length > 0 ? ['## Before and after', '', ...(facts.report ? reportRows(facts.report) : table(['', 'Base', 'Tuned'], scores)), ''] : []),
    ...(facts.tasks ? [...table(['Task', 'Description', 'Rows', 'Validation loss', 'Exact match before', 'after'], facts.tasks.map(taskRow)), ''] : []),
    ...(curve.length > 0 ? ['## Curves', '', ...curve, ''] : []),
    '## How it was made',
    '',
    ...table(['', ''], rows.flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
    '',
    'The recipe, which the studio and its command line can run again:',
    '',
    fenced(JSON.stringify(facts.recipe, null, 2), 'json'),
    '',
  ]
}

function scoreRows({ scores, metric, askedRows, firstValidationLoss, validationLoss }: CardFacts): string[][] {
  const right = METRICS[metric ?? 'exact_match'] ?? metric!
  const share = (x: number | undefined): string => (x === undefined ? '' : percent(x))
  return [
    ...(scores?.before === undefined && scores?.after === undefined ? [] : [[askedRows === undefined ? right : `${right}, ${askedRows} test rows`, share(scores.before), share(scores.after)]]),
    ...(validationLoss === undefined ? [] : [['Validation loss', firstValidationLoss?.toFixed(4) ?? '', validationLoss.toFixed(4)]]),
  ]
}

function peftLines({ baseModel, revision: commit, taskType = 'CAUSAL_LM', labels }: CardFacts): string {
  const auto = MODEL_CLASSES[taskType]
  const classes = labels ? ', id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)}' : ''
  const [base, file] = ggufBase(baseModel) ?? [baseModel]
  const pinned = commit === undefined ? '' : `, revision=${JSON.stringify(commit)}`
  const revision = `${pinned}${file === undefined ? '' : `, gguf_file=${JSON.stringify(file)}`}`
  const load = [
    'from peft import PeftModel',
    `from transformers import ${auto}, AutoTokenizer`,
    '',
    `base = ${JSON.stringify(base)}  # the Hub id or folder of the base model`,
    ...(labels ? [`labels = ${JSON.stringify(labels)}`] : []),
    `model = PeftModel.from_pretrained(${auto}.from_pretrained(base${revision}${classes}), "path/to/this/folder")`,
    `tokenizer = AutoTokenizer.from_pretrained(base${revision})`,
  ]
  return fenced(load.join('\n'), 'python')
}

function elsewhereLines({ elsewhere, taskType = 'CAUSAL_LM', method }: CardFacts): string[] {
  if (elsewhere === undefined) return []
  if (elsewhere === 'none') return ['', `llama.cpp and transformers.js have no place for ${method}: it runs in Python only.`]
  const llama =
    elsewhere === 'lora'
      ? ['# adapter.gguf: what Tunesmith downloads as GGUF; model.gguf: the base in that format', 'llama-cli -m model.gguf --lora adapter.gguf -p "…"']
      : ['# model.gguf: what Tunesmith downloads as merged model, GGUF', 'llama-cli -m model.gguf -p "…"']
  return [
    ...(taskType === 'CAUSAL_LM' ? ['', 'In llama.cpp:', '', fenced(llama.join('\n'), 'sh')] : []),
    '',
    'In transformers.js, with the folder that Tunesmith downloads as ONNX:',
    '',
    fenced(
      [
        "import { env, pipeline } from '@huggingface/transformers'",
        "env.localModelPath = 'path/to/the/folder/above/it/'",
        `const run = await pipeline('${PIPELINES[taskType]}', 'its-name', { dtype: 'fp32' })`,
      ].join('\n'),
      'js',
    ),
  ]
}

const METRICS: Readonly<Record<string, string>> = { exact_match: 'Exact match', accuracy: 'Accuracy', f1: 'F1' }
/** Tasks as the Hub calls them. */
const PIPELINES = { CAUSAL_LM: 'text-generation', SEQ_CLS: 'text-classification', TOKEN_CLS: 'token-classification' } as const satisfies Record<TaskType, string>

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`
const taskRow = ({ name, description, rows, validationLoss, scores }: TaskCard): string[] => {
  const share = (x: number | undefined): string => (x === undefined ? '' : percent(x))
  return [name, description, String(rows ?? ''), validationLoss?.toFixed(4) ?? '', share(scores?.before), share(scores?.after)]
}
