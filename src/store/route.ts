// Decides what dropped or picked files are: a model folder or GGUF file, an adapter, a recipe or a dataset. By name here, because it must be
// instant; the worker checks the content.
import type { NamedFile } from '../protocol/studio.ts'

export type Route =
  /** `others`: what was dropped beside it. */
  | { readonly kind: 'model'; readonly name: string; readonly files: readonly NamedFile[]; readonly others: readonly NamedFile[] }
  | { readonly kind: 'adapter'; readonly files: readonly NamedFile[] }
  | { readonly kind: 'recipe'; readonly file: NamedFile; readonly others: readonly NamedFile[] }
  /** `unread`: further files of rows, which nothing says the use of. */
  | { readonly kind: 'data'; readonly file: NamedFile; readonly test?: NamedFile; readonly validation?: NamedFile; readonly unread: readonly NamedFile[] }
  | { readonly kind: 'unknown'; readonly names: readonly string[] }

/** Files that hold rows, packed or not; a zip is told by what is in it. */
export const DATA = /\.(jsonl|ndjson|json|csv|tsv|tab|txt|text|md|markdown|parquet|conll|conllu|bio|iob|iob2|bioes)(\.gz)?$/i
/** A browser numbers what it downloads again: recipe (1).json. */
const RECIPE = /(^|[/.-])recipe( \(\d+\))?\.json$/i

/** The settings that PEFT and AdapterHub save beside an adapter, or a zip, which holds nothing else here. */
const ADAPTER = /(^|\/)adapter_config\.json$|\.zip$/i

/** Beside another data file, one with such a name holds the test rows. */
const TEST = /(^|[/._-])(test|eval)[._-][^/]*$/i
/** And one with such a name the rows that are held out. */
const VALIDATION = /(^|[/._-])(valid|validation|val|dev)[._-][^/]*$/i

/** The last name in a path: all that a page hears of a file. */
export const fileNameOf = (path: string): string => path.split('/').at(-1) ?? path
const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

export function route(files: readonly NamedFile[]): Route {
  /** Not its neighbours in a folder: those were not meant. */
  const beside = (taken: readonly NamedFile[]): NamedFile[] => files.filter((f) => !f.path.includes('/') && !taken.includes(f))
  const config = files
    .filter((f) => f.path === 'config.json' || f.path.endsWith('/config.json'))
    .sort((a, b) => a.path.length - b.path.length)[0]
  if (config) {
    const folder = parent(config.path)
    const inside = folder === '' ? files : files.filter((f) => f.path.startsWith(`${folder}/`))
    return { kind: 'model', name: folder.split('/').at(-1) || 'model', files: inside, others: beside(inside) }
  }
  const gguf = files.filter((f) => /\.gguf$/i.test(f.path))
  if (gguf[0]) return { kind: 'model', name: fileNameOf(gguf[0].path), files: gguf, others: beside(gguf) }
  if (files.some((f) => ADAPTER.test(f.path))) return { kind: 'adapter', files }
  const recipe = files.find((f) => RECIPE.test(f.path))
  if (recipe) return { kind: 'recipe', file: recipe, others: beside([recipe]) }
  const data = files.filter((f) => DATA.test(f.path))
  const file = data.find((f) => !TEST.test(f.path) && !VALIDATION.test(f.path)) ?? data.find((f) => !TEST.test(f.path)) ?? data[0]
  const test = data.find((f) => TEST.test(f.path) && f !== file)
  const validation = data.find((f) => VALIDATION.test(f.path) && f !== file)
  const unread = data.filter((f) => f !== file && f !== test && f !== validation)
  if (file) return { kind: 'data', file, unread, ...(test && { test }), ...(validation && { validation }) }
  return { kind: 'unknown', names: files.map((f) => f.path) }
}
