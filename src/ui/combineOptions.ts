// The knobs of combining adapters, declared as all others are, and which of them a way of combining listens to.
import type { CombinationType, CombineRequest } from '../protocol/adapters.ts'
import { defaults, type OptionSpecs, type Values } from '../protocol/options.ts'

const types: readonly { value: CombinationType; label: string; help: string }[] = [
  { value: 'average', label: 'average', help: 'The mean of what they add, by weight; only the ratio of the weights counts.' },
  { value: 'cat', label: 'cat (stack)', help: 'Puts them side by side: the exact weighted sum, at the sum of the ranks.' },
  { value: 'linear', label: 'linear', help: 'Adds A’s and B’s by weight, which only nears the weighted sum; equal ranks.' },
  { value: 'svd', label: 'svd', help: 'The best fit to the exact weighted sum at a rank of your choice; ranks may differ.' },
  { value: 'ties', label: 'ties', help: 'Keeps each one’s largest values, lets them vote on signs, and adds what agrees; equal ranks.' },
  { value: 'ties_svd', label: 'ties_svd', help: 'The same on whole updates, fitted at a rank of your choice; ranks may differ.' },
  { value: 'dare_linear', label: 'dare_linear', help: 'Drops values at random, scales up what is left, and adds; equal ranks.' },
  { value: 'dare_ties', label: 'dare_ties', help: 'Drops at random, then votes on signs; equal ranks.' },
  { value: 'dare_linear_svd', label: 'dare_linear_svd', help: 'dare_linear on whole updates, fitted at a rank of your choice.' },
  { value: 'dare_ties_svd', label: 'dare_ties_svd', help: 'dare_ties on whole updates, fitted at a rank of your choice.' },
  { value: 'magnitude_prune', label: 'magnitude_prune', help: 'Keeps each one’s largest values and adds; equal ranks.' },
  { value: 'magnitude_prune_svd', label: 'magnitude_prune_svd', help: 'The same on whole updates, fitted at a rank of your choice.' },
]

export const combineOptions = {
  type: { kind: 'choice', default: 'average', label: 'How', help: 'As PEFT’s add_weighted_adapter names it.', choices: types },
  density: { kind: 'number', default: 0.5, min: 0, max: 1, label: 'Density', help: 'Share of each adapter’s values that is kept.' },
  majoritySign: {
    kind: 'choice', default: 'total', label: 'Vote on signs by', help: 'What decides which sign a value gets.',
    choices: [{ value: 'total', label: 'Sum of values' }, { value: 'frequency', label: 'Number of adapters' }],
  },
  rank: { kind: 'number', default: 8, min: 1, max: 1024, integer: true, label: 'Rank', help: 'Rank of the result.' },
  seed: { kind: 'number', default: 42, min: 0, max: 4_294_967_295, integer: true, label: 'Seed', help: 'Which values are dropped.' },
} as const satisfies OptionSpecs

export type CombineValues = Values<typeof combineOptions>
export const combineDefaults: CombineValues = defaults(combineOptions)

const listens: Record<'density' | 'majoritySign' | 'rank' | 'seed', RegExp> = {
  density: /^(ties|dare|magnitude)/,
  majoritySign: /ties/,
  rank: /svd$/,
  seed: /^dare/,
}

const typeOf = (value: string): CombinationType => types.find((t) => t.value === value)?.value ?? 'average'

/** The declarations of what this way of combining listens to. */
export function combineSpecs(type: string): OptionSpecs {
  const { type: how, ...rest } = combineOptions
  const heard = Object.entries(rest).filter(([name]) => listens[name as keyof typeof listens].test(type))
  return { type: how, ...Object.fromEntries(heard) }
}

export function combineRequest(name: string, adapters: CombineRequest['adapters'], values: CombineValues): CombineRequest {
  const type = typeOf(values.type)
  const heard = (knob: keyof typeof listens): boolean => listens[knob].test(type)
  return {
    name,
    adapters,
    type,
    ...(heard('density') && { density: values.density }),
    ...(heard('majoritySign') && { majoritySign: values.majoritySign === 'frequency' ? 'frequency' : 'total' }),
    ...(heard('rank') && { rank: values.rank }),
    ...(heard('seed') && { seed: values.seed }),
  }
}
