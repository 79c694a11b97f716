// Which modules a PEFT-style selection names, by PEFT's rules: a string is a regular expression on the whole path, a list
// holds paths or their endings at a dot, and `all-linear` is every linear layer but the head.
import { Fault } from '../protocol/failure.ts'
import type { ModelOutline } from './method.ts'

export type Selection = string | readonly string[]

export interface TargetRules {
  readonly targets: Selection
  readonly exclude?: Selection | undefined
  /** Only these layers, for list targets. */
  readonly layers?: readonly number[] | undefined
}

const endsAtDot = (path: string, entry: string): boolean => path === entry || path.endsWith(`.${entry}`)

/** Python's re.fullmatch, for the subset both languages share. */
export function fullMatch(pattern: string, path: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(path)
  } catch {
    // Without the u flag JavaScript accepts needless escapes, as Python does.
    return new RegExp(`^(?:${pattern})$`).test(path)
  }
}

function selects(selection: Selection, path: string): boolean {
  return typeof selection === 'string' ? fullMatch(selection, path) : selection.some((entry) => endsAtDot(path, entry))
}

/** The targeted paths, in model order. Throws when nothing matches. */
export function resolveTargets(rules: TargetRules, model: ModelOutline): Set<string> {
  const { targets, exclude, layers } = rules
  const all = [...model.embeddings, ...model.linears]
  const everything = targets === 'all-linear' || (Array.isArray(targets) && targets.length === 1 && targets[0] === 'all-linear')
  const chosen = everything
    ? model.linears.filter((p) => p !== model.head)
    : all.filter((path) => {
        if (exclude && selects(exclude, path)) return false
        if (!selects(targets, path)) return false
        if (!layers || typeof targets === 'string') return true
        const layer = /\.(\d+)\./.exec(path)
        return layer !== null && layers.includes(Number(layer[1]))
      })
  if (chosen.length === 0) {
    const names = [...new Set(model.linears.map((p) => p.replace(/^.*\./, '')))]
    throw new Fault('bad-recipe', `target_modules ${JSON.stringify(targets)} matches no layer of this model.`, `Choose among ${names.join(', ')}, or all-linear.`)
  }
  return new Set(chosen)
}

/** The same where only linear layers can be targeted. */
export function linearTargets(rules: TargetRules, model: ModelOutline): Set<string> {
  const chosen = resolveTargets(rules, model)
  const other = [...chosen].find((path) => !model.linearSizes.has(path))
  if (other !== undefined) throw new Fault('bad-recipe', `${other} is an embedding, and this method adapts linear layers only.`, 'Leave it out of target_modules.')
  return chosen
}
