// README.md of an exported adapter: front matter the Hugging Face Hub reads, how to load it, and where it came from.
// Texts that people typed (names, recipe) are escaped: front matter values are quoted, fences outgrow their content.
/** One task of a run over several datasets. */
export interface TaskCard extends Pick<CardFacts, 'rows' | 'validationLoss' | 'scores'> {
  readonly name: string
  readonly description: string
}

export interface CardFacts {
  readonly name: string
  /** Hub id or folder name of the base model. */
  readonly baseModel: string
  /** The commit of a base model from the Hub. */
  readonly revision?: string
  /** The method's name for people: LoRA. */
  readonly method: string
  /** What reads the folder, as the Hub calls it; unsaid: peft. */
  readonly library?: string
  /** What stands under “Load it”, in Markdown; unsaid: PEFT's lines. */
  readonly load?: string
  /** Names of the classes that it sorts texts into, by class; unsaid: it writes. */
  readonly labels?: readonly string[]
  /** Printed whole as JSON. */
  readonly recipe: unknown
  readonly dataName: string
  readonly dataSha256?: string
  readonly rows: number
  /** How the rows were turned into text, in a sentence. */
  readonly promptFormat?: string
  readonly steps: number
  /** Step of the lowest validation loss, whose values these are; unsaid: the last. */
  readonly valuesOfStep?: number
  readonly seed: number
  readonly trainLoss?: number
  readonly validationLoss?: number
  /** Share of test rows answered exactly, 0 to 1. */
  readonly scores?: { readonly before?: number; readonly after?: number }
  readonly tasks?: readonly TaskCard[]
  /** Program → version. */
  readonly versions: Readonly<Record<string, string>>
}

export function adapterCard(facts: CardFacts): string {
  const front = [
    '---',
    `base_model: ${JSON.stringify(facts.baseModel)}`,
    `library_name: ${facts.library ?? 'peft'}`,
    `pipeline_tag: ${facts.labels ? 'text-classification' : 'text-generation'}`,
    'tags:',
    ...[...new Set(['tunesmith', facts.method.toLowerCase(), 'base_model:adapter:' + facts.baseModel])].map(
      (t) => `- ${JSON.stringify(t)}`,
    ),
    '---',
  ]
  const { labels } = facts
  const classes = labels ? ', id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)}' : ''
  const auto = labels ? 'AutoModelForSequenceClassification' : 'AutoModelForCausalLM'
  const revision = facts.revision === undefined ? '' : `, revision=${JSON.stringify(facts.revision)}`
  const load = [
    'from peft import PeftModel',
    `from transformers import ${auto}, AutoTokenizer`,
    '',
    `base = ${JSON.stringify(facts.baseModel)}  # the Hub id or folder of the base model`,
    ...(labels ? [`labels = ${JSON.stringify(labels)}`] : []),
    `model = PeftModel.from_pretrained(${auto}.from_pretrained(base${revision}${classes}), "path/to/this/folder")`,
    `tokenizer = AutoTokenizer.from_pretrained(base${revision})`,
  ]
  const rows: [string, string | undefined][] = [
    ['Base model', facts.baseModel],
    ['Its commit', facts.revision],
    ['Method', facts.method],
    ['Data', `${facts.dataName}, ${facts.rows} rows`],
    ['Data SHA-256', facts.dataSha256],
    ['Prompt format', facts.promptFormat],
    ['Steps', String(facts.steps)],
    ['Values of step', facts.valuesOfStep === undefined ? undefined : `${facts.valuesOfStep}, where the validation loss was lowest`],
    ['Seed', String(facts.seed)],
    ['Training loss, last step', facts.trainLoss?.toFixed(4)],
    ['Validation loss', facts.validationLoss?.toFixed(4)],
    ['Exact match before', facts.scores?.before === undefined ? undefined : percent(facts.scores.before)],
    ['Exact match after', facts.scores?.after === undefined ? undefined : percent(facts.scores.after)],
    ...Object.entries(facts.versions),
  ]
  return [
    ...front,
    '',
    `# ${oneLine(facts.name)}`,
    '',
    `A ${facts.method} adapter for ${oneLine(facts.baseModel)}, trained in the browser with Tunesmith.`,
    '',
    '## Load it',
    '',
    facts.load ?? fenced(load.join('\n'), 'python'),
    '',
    '## How it was made',
    '',
    '| | |',
    '|---|---|',
    ...rows.filter(([, v]) => v !== undefined).map(([k, v]) => `| ${cell(k)} | ${cell(v ?? '')} |`),
    ...(facts.tasks ? ['', '| Task | Description | Rows | Validation loss | Exact match before | after |', '|---|---|---|---|---|---|', ...facts.tasks.map(taskLine)] : []),
    '',
    'The recipe, which the studio and its command line can run again:',
    '',
    fenced(JSON.stringify(facts.recipe, null, 2), 'json'),
    '',
  ].join('\n')
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`
const taskLine = ({ name, description, rows, validationLoss, scores }: TaskCard): string => {
  const share = (x: number | undefined): string => (x === undefined ? '' : percent(x))
  return `| ${[name, description, String(rows), validationLoss?.toFixed(4) ?? '', share(scores?.before), share(scores?.after)].map((t) => (t === '' ? '' : cell(t))).join(' | ')} |`
}
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/[<>]/g, '').trim() || 'adapter'
const cell = (text: string): string => oneLine(text).replace(/\|/g, '\\|')

function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}
