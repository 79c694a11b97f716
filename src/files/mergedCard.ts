// README.md of a model with adapters merged into its weights, in whichever format: how to load it, and how its adapters were made.
import { fenced, frontMatter, licenceLine, oneLine, type FrontMatter, type Licence } from './cardText.ts'
import { madeLines, type CardFacts } from './modelCard.ts'

export interface MergedPart {
  readonly name: string
  readonly weight: number
  /** Where it was trained here. */
  readonly facts?: CardFacts
}

export interface MergedCard extends Pick<FrontMatter, 'task'> {
  /** Hub id or folder name. */
  readonly baseModel: string
  readonly licence?: Licence
  readonly name: string
  readonly adapters: readonly MergedPart[]
  /** What reads the folder, as the Hub calls it. */
  readonly library: string
  readonly tags?: readonly string[]
  /** The first sentence, where it is another than that adapters were merged in. */
  readonly said?: string
  /** What was done to the base, in the Hub's word; unsaid: tuned, or only written anew. */
  readonly relation?: FrontMatter['relation']
  /** “ in ONNX (fp32)”, after the base's name. */
  readonly form?: string
  /** Lines of code that load it, and their language. */
  readonly load: readonly [language: string, ...lines: readonly string[]]
}

export function mergedCard({ baseModel, licence, name, adapters, library, tags = [], task, said, relation, form = '', load: [language, ...lines] }: MergedCard): string {
  const base = oneLine(baseModel)
  const made = adapters.flatMap((a) => (a.facts ? [{ name: a.name, facts: a.facts }] : []))
  return [
    ...frontMatter({ baseModel, relation: relation ?? (adapters.length > 0 ? 'finetune' : 'quantized'), library, tags, ...(licence && { licence }), ...(task && { task }) }),
    '',
    `# ${oneLine(name) || base}`,
    '',
    said !== undefined ? oneLine(said) : adapters.length > 0 ? `${base}${form}, with adapters merged into its weights by Tunesmith:` : `${base}${form}, written by Tunesmith.`,
    ...(said === undefined && adapters.length > 0 ? ['', ...adapters.map((a) => `- ${oneLine(a.name)}, weight ${a.weight}`)] : []),
    '',
    '## Load it',
    '',
    fenced(lines.join('\n'), language),
    '',
    // Headings of several would look alike; each then stands below its name.
    ...made.flatMap(({ name: of, facts }) => (made.length > 1 ? [`# ${oneLine(of)}`, '', ...madeLines(facts)] : madeLines(facts))),
    '## Licence',
    '',
    licenceLine(baseModel, licence),
    '',
  ].join('\n')
}
