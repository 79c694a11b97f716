// Pieces of a README.md that the Hugging Face Hub shows: front matter, tables, fences. What people typed is escaped: values of the
// front matter are quoted, fences outgrow their content, cells stay in their row.
import { ggufBase } from '../protocol/ggufBase.ts'

/** Licence of a model, as the card beside it says it. */
export interface Licence {
  /** An identifier of the Hub, such as apache-2.0, or `other`. */
  readonly id: string
  readonly name?: string
  readonly link?: string
}

export interface FrontMatter {
  /** Hub id or folder name. */
  readonly baseModel: string
  /** What was done to the base, in the Hub's word. */
  readonly relation?: 'adapter' | 'finetune' | 'quantized'
  readonly licence?: Licence
  /** What reads the folder, as the Hub calls it. */
  readonly library: string
  /** Unsaid: a text is gone on with. */
  readonly task?: 'text-generation' | 'text-classification' | 'token-classification'
  readonly tags: readonly string[]
}

/** What the Hub takes for the name of a model; it refuses a card that names another base. */
const HUB_ID = /^(?![-.])[\w.-]{1,96}(\/[\w.-]{1,96})?$/

/** Lines, with the fences of YAML around them. */
export function frontMatter({ baseModel: given, relation, licence, library, task = 'text-generation', tags }: FrontMatter): string[] {
  const baseModel = ggufBase(given)?.[0] ?? given
  const named = HUB_ID.test(baseModel)
  return [
    '---',
    ...(named ? [`base_model: ${JSON.stringify(baseModel)}`] : []),
    ...(named && relation ? [`base_model_relation: ${relation}`] : []),
    ...(licence ? [`license: ${JSON.stringify(licence.id)}`] : []),
    ...(licence?.name === undefined ? [] : [`license_name: ${JSON.stringify(licence.name)}`]),
    ...(licence?.link === undefined ? [] : [`license_link: ${JSON.stringify(licence.link)}`]),
    `library_name: ${library}`,
    `pipeline_tag: ${task}`,
    'tags:',
    ...[...new Set(['tunesmith', ...tags, ...(named && relation === 'adapter' ? [`base_model:adapter:${baseModel}`] : [])])].map((tag) => `- ${JSON.stringify(tag)}`),
    '---',
  ]
}

/** What the card says of it under its own heading. */
export function licenceLine(baseModel: string, licence: Licence | undefined): string {
  if (!licence) return `What may be done with it is for the licence of ${oneLine(baseModel)} to say; its files here name none.`
  const id = licence.name === undefined ? licence.id : `${licence.name} (${licence.id})`
  return `${oneLine(baseModel)} is under ${oneLine(id)}${licence.link === undefined ? '' : `, ${oneLine(licence.link)}`}, which this inherits. The training data is not part of this folder, and its own terms hold for it.`
}

/** As text that cannot start a tag, a heading or a line of its own. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/[<>]/g, '').trim()

const cell = (text: string): string => oneLine(text).replace(/\|/g, '\\|')

/** Lines of a Markdown table; `head` may be empty strings. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.map(cell).join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
]

export function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}
