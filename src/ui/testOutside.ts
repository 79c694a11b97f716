// A scripted Studio whose every free text is hostile: what files, rows, tokens, models, people and servers write. Ids, kinds,
// codes and addresses that the studio itself makes stay. For tests; the product never imports it.
import type { Studio } from '../protocol/studio.ts'

/** What others write; other entries are the studio's own words. */
const FREE = new Set(
  ['name', 'title', 'text', 'message', 'hint', 'reason', 'detail', 'prompt', 'answer', 'expected', 'description', 'label', 'field', 'format', 'notes', 'columns', 'file', 'summary', 'completion', 'output', 'system', 'vendor', 'architecture', 'repo', 'url', 'folder', 'exists', 'revision', 'commit', 'misfit', 'unmergeable', 'remarks', 'address', 'maker', 'tasks', 'studio', 'onnx'],
)

/** `next` gives the payload in place of a text. */
export function hostile(value: unknown, next: (was: string) => string, key = ''): unknown {
  if (typeof value === 'string') return FREE.has(key) ? next(value) : value
  if (Array.isArray(value)) return value.map((v) => hostile(v, next, key))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  // The rows of a file: their columns are texts from outside, too.
  const isRow = key === 'head'
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [isRow ? next(k) : k, isRow && typeof v === 'string' ? next(v) : hostile(v, next, k)]))
}

/** Declarations are the studio's own. */
const OWN = new Set<keyof Studio>(['methods', 'presets', 'methodSizes'])

export function hostileStudio(studio: Studio, payloads: readonly string[]): Studio {
  let at = 0
  const script = payloads.find((p) => p.startsWith('javascript:')) ?? ''
  const next = (was: string): string => (was.startsWith('http') ? script : (payloads[at++ % payloads.length] ?? ''))
  const wrapped = (name: string, call: (...args: unknown[]) => unknown) => async (...args: unknown[]) => {
    // Callbacks bring texts as well: events of a run, and the words of an answer.
    const given = args.map((arg) => (typeof arg === 'function' ? (...told: unknown[]) => (arg as (...told: unknown[]) => unknown)(...told.map((v) => (name === 'generate' && typeof v === 'string' ? `${next(v)} ` : hostile(v, next)))) : arg))
    return hostile(await call(...given), next)
  }
  return Object.fromEntries(
    Object.entries(studio).map(([name, call]) => [name, OWN.has(name as keyof Studio) ? (call as unknown) : wrapped(name, (call as (...args: unknown[]) => unknown).bind(studio))]),
  ) as unknown as Studio
}
