// Which modules a PEFT-style selection names, by PEFT's rules: a string is a regular expression on the whole path, a list
// holds paths or their endings at a dot, and `all-linear` is every linear layer but the head.
import { Fault } from '../protocol/failure.ts'
import { ofHead } from './classifierHead.ts'
import type { ModelOutline } from './method.ts'

export type Selection = string | readonly string[]

export interface TargetRules {
  readonly targets: Selection
  readonly exclude?: Selection | undefined
  /** Only these layers, for list targets; an entry that is a whole path counts in any case. */
  readonly layers?: readonly number[] | undefined
  /** Names, as regular expressions, of the lists that layers are numbered in; without any, the first number in a path counts. */
  readonly layersPattern?: string | readonly string[] | undefined
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

/** Whether a selection names this path. */
export function selects(selection: Selection, path: string): boolean {
  return typeof selection === 'string' ? fullMatch(selection, path) : selection.some((entry) => endsAtDot(path, entry))
}

/** Number of the layer that a path lies in. */
function layerOf(path: string, pattern: TargetRules['layersPattern']): number | undefined {
  const patterns = typeof pattern === 'string' ? [pattern].filter(Boolean) : (pattern ?? [])
  const found = patterns.length === 0 ? /\.(\d+)\./.exec(path) : patterns.map((p) => new RegExp(`^(?:.*?\\.)?(?:${p})\\.(\\d+)\\.`).exec(path)).find((m) => m !== null)
  return found ? Number(found[1]) : undefined
}

/** The targeted paths, in model order. Throws when nothing matches. */
export function resolveTargets(rules: TargetRules, model: ModelOutline): Set<string> {
  const { targets, exclude, layers, layersPattern } = rules
  const list = targets === 'all-linear' ? [targets] : targets
  const inLayers = (path: string): boolean => !layers || layers.length === 0 || layers.includes(layerOf(path, layersPattern) ?? -1)
  const targeted = (path: string): boolean => {
    if (typeof list === 'string') return fullMatch(list, path)
    if (list.includes(path)) return true
    const named = selects(list, path) || (list.includes('all-linear') && path !== model.head && model.linearSizes.has(path))
    return named && inLayers(path)
  }
  // The head of a model for classes trains whole, and so does what starts anew with it: nothing is put beside them.
  const isFree = (path: string): boolean => model.taskType === 'CAUSAL_LM' || !(ofHead(`${path}.weight`) || model.missing?.includes(`${path}.weight`))
  const chosen = [...model.embeddings, ...model.linears].filter((path) => isFree(path) && !(exclude && exclude.length > 0 && selects(exclude, path)) && targeted(path))
  if (chosen.length === 0) {
    const names = [...new Set(model.linears.map((p) => p.replace(/^.*\./, '')))]
    const narrowed = [...(exclude && exclude.length > 0 ? ['exclude_modules'] : []), ...(layers && layers.length > 0 ? ['layers_to_transform'] : [])]
    throw new Fault('bad-recipe', `target_modules ${JSON.stringify(targets)}${narrowed.length > 0 ? ` with ${narrowed.join(' and ')}` : ''} matches no layer of this model.`, `Choose among ${names.join(', ')}, or all-linear.`, undefined, [
      { kind: 'option', name: 'target_modules', value: ['all-linear'] },
    ])
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

/** The rules of a PEFT config. */
export function rulesOf(config: Readonly<Record<string, unknown>>, model: ModelOutline): TargetRules {
  const layers = config['layers_to_transform'] as number | readonly number[] | null | undefined
  return {
    targets: (config['target_modules'] as Selection | null | undefined) ?? model.targets,
    exclude: (config['exclude_modules'] as Selection | null | undefined) ?? undefined,
    layers: typeof layers === 'number' ? [layers] : (layers ?? undefined),
    layersPattern: (config['layers_pattern'] as TargetRules['layersPattern'] | null | undefined) ?? undefined,
  }
}

/** The same rules as a PEFT config says them; `all-linear` is written out, because libraries resolve it by different rules. */
export function writtenRules(rules: TargetRules, chosen: ReadonlySet<string>, model: ModelOutline): Record<string, unknown> {
  return {
    exclude_modules: rules.exclude ?? null,
    layers_pattern: rules.layersPattern ?? null,
    layers_to_transform: rules.layers && rules.layers.length > 0 ? rules.layers : null,
    target_modules: typeof rules.targets === 'string' && rules.targets !== 'all-linear' ? rules.targets : targetNames(rules, chosen, model),
  }
}

/** Last names of the targets where those select the same set, whole paths otherwise. */
function targetNames(rules: TargetRules, chosen: ReadonlySet<string>, model: ModelOutline): string[] {
  const names = [...new Set([...chosen].map((p) => p.replace(/^.*\./, '')))]
  const reached = resolveTargets({ ...rules, targets: names }, model)
  return reached.size === chosen.size && [...reached].every((path) => chosen.has(path)) ? names : [...chosen]
}
