// How two recipes differ, entry by entry, and as a sentence. Names are those of the recipe's file, so that what is read here
// can be found there. Pure.
import { baseOptions } from '../protocol/baseOptions.ts'
import { defaults } from '../protocol/options.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { trainingOptions } from '../protocol/training.ts'
import type { Catalogue } from './recipeEdits.ts'

/** How differences are said, in the language that is spoken. */
export interface DiffWords {
  readonly sameSettings: (is: string, was: string) => string
  readonly differs: (is: string, was: string, what: string) => string
  readonly instead: (name: string, is: string, was: string) => string
  readonly andMore: (count: number) => string
  readonly values: { readonly none: string; readonly on: string; readonly off: string }
  readonly otherRows: (data: string) => string
}

export interface Difference {
  readonly name: string
  readonly is: string
  readonly was: string
}

type Values = Readonly<Record<string, unknown>>

/** What the name of a run and hashes say is left out; where data of one name are not the same, that is said. */
export function recipeDiff(was: Recipe, is: Recipe, catalogue: Catalogue, words: DiffWords): readonly Difference[] {
  const found: Difference[] = []
  const differ = (name: string, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) !== JSON.stringify(b)) found.push({ name, was: valueText(a, words), is: valueText(b, words) })
  }
  const all = (a: Values, b: Values, without: readonly string[] = [], prefix = ''): void => {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) if (!without.includes(name)) differ(prefix + name, a[name], b[name])
  }
  const label = (id: string): string => catalogue.methods.find((m) => m.id === id)?.label ?? id
  differ('base', was.base.id, is.base.id)
  all({ ...defaults(baseOptions), ...was.base }, { ...defaults(baseOptions), ...is.base }, ['id', 'source', 'sha256', ...(was.base.id === is.base.id ? [] : ['revision'])])
  const dataOf = ({ data }: Recipe): string => data.tasks?.map((t) => t.name).join(', ') ?? data.id
  if (dataOf(was) !== dataOf(is)) differ('data', dataOf(was), dataOf(is))
  else if (was.data.sha256 !== is.data.sha256 && was.data.sha256 !== undefined && is.data.sha256 !== undefined) found.push({ name: 'data', was: words.otherRows(dataOf(was)), is: dataOf(is) })
  all({ ...was.data }, { ...is.data }, ['id', 'source', 'sha256', 'tasks', 'test'])
  differ('task', was.task, is.task)
  const ids = (recipe: Recipe): string => recipe.methods.map((m) => label(m.id)).join(' + ')
  differ('method', ids(was), ids(is))
  if (ids(was) === ids(is))
    was.methods.forEach((method, i) => {
      const own = catalogue.methods.find((m) => m.id === method.id)
      const filled = (options: Values): Values => ({ ...(own && defaults(own.options)), ...options })
      all(filled(method.options), filled(is.methods[i]?.options ?? {}), [], was.methods.length > 1 ? `${label(method.id)} ` : '')
    })
  all({ ...defaults(trainingOptions), ...was.training }, { ...defaults(trainingOptions), ...is.training })
  all({ ...was.evaluation }, { ...is.evaluation })
  differ('seed', was.seed, is.seed)
  return found
}

const MOST_SAID = 6

/** "pirate-2 differs from pirate-1: r 16 instead of 8, seed 7 instead of 42." */
export function diffSentence(was: string, is: string, differences: readonly Difference[], words: DiffWords): string {
  if (differences.length === 0) return words.sameSettings(is, was)
  const said = differences.slice(0, MOST_SAID).map((d) => words.instead(d.name, d.is, d.was))
  const more = differences.length - said.length
  return words.differs(is, was, said.join(', ') + (more > 0 ? words.andMore(more) : ''))
}

function valueText(value: unknown, words: DiffWords): string {
  const { values } = words
  if (value === undefined || value === '') return values.none
  if (Array.isArray(value)) return value.length === 0 ? values.none : value.map((v) => valueText(v, words)).join(' + ')
  if (typeof value === 'boolean') return value ? values.on : values.off
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
