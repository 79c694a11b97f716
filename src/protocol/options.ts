// One declaration per knob. Type, default, range, help, form field and validation all follow from it.

export type OptionValue = number | boolean | string | readonly string[] | readonly number[] | Readonly<Record<string, number>>

interface Described {
  readonly label: string
  /** One line: what turning it does. */
  readonly help: string
  /** Shown only when the person asks for all options. */
  readonly advanced?: boolean
  /** Heading that gathers advanced options of one kind; those without a heading come first. */
  readonly group?: string
}

export interface NumberOption extends Described {
  readonly kind: 'number'
  readonly default: number
  readonly min: number
  readonly max: number
  readonly integer?: boolean
  readonly unit?: string
}
export interface BooleanOption extends Described {
  readonly kind: 'boolean'
  readonly default: boolean
}
export interface ChoiceOption extends Described {
  readonly kind: 'choice'
  readonly default: string
  readonly choices: readonly { readonly value: string; readonly label: string; readonly help?: string }[]
}
export interface ListOption extends Described {
  readonly kind: 'list'
  readonly default: readonly string[]
  /** Where the page takes suggestions from: the linear layers of the chosen model. */
  readonly suggest?: 'linear-layers'
}
/** Numbers in any order, such as layers counted from 0. */
export interface NumbersOption extends Described {
  readonly kind: 'numbers'
  readonly default: readonly number[]
  readonly min: number
  readonly max: number
  readonly integer?: boolean
}
/** A number for each of some names, such as ranks by module. */
export interface MapOption extends Described {
  readonly kind: 'map'
  readonly default: Readonly<Record<string, number>>
  readonly min: number
  readonly max: number
  readonly integer?: boolean
  readonly suggest?: 'linear-layers'
}
/** Free text. */
export interface TextOption extends Described {
  readonly kind: 'text'
  readonly default: string
}
export type OptionSpec = NumberOption | BooleanOption | ChoiceOption | ListOption | NumbersOption | MapOption | TextOption
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

export type ValueOf<S extends OptionSpec> = S extends NumberOption
  ? number
  : S extends BooleanOption
    ? boolean
    : S extends ChoiceOption | TextOption
      ? string
      : S extends NumbersOption
        ? readonly number[]
        : S extends MapOption
          ? Readonly<Record<string, number>>
          : readonly string[]
export type Values<S extends OptionSpecs> = { readonly [K in keyof S]: ValueOf<S[K]> }

/** The defaults of a declaration. */
export function defaults<S extends OptionSpecs>(specs: S): Values<S> {
  return Object.fromEntries(Object.entries(specs).map(([k, s]) => [k, s.default])) as Values<S>
}

function checkNumber(name: string, spec: { readonly min: number; readonly max: number; readonly integer?: boolean }, value: unknown): string | undefined {
  const found = JSON.stringify(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${name} must be a number, found ${found}.`
  if (spec.integer && !Number.isInteger(value)) return `${name} must be a whole number, found ${found}.`
  if (value < spec.min || value > spec.max) return `${name} must be between ${spec.min} and ${spec.max}, found ${found}.`
  return undefined
}

/** One problem per wrong value, each a sentence with what was expected and what was found. */
export function checkOption(name: string, spec: OptionSpec, value: unknown): string | undefined {
  const found = JSON.stringify(value)
  switch (spec.kind) {
    case 'number':
      return checkNumber(name, spec, value)
    case 'numbers': {
      if (!Array.isArray(value)) return `${name} must be a list of numbers, found ${found}.`
      const at = value.findIndex((v) => checkNumber('', spec, v) !== undefined)
      return at < 0 ? undefined : checkNumber(`Entry ${at + 1} of ${name}`, spec, value[at])
    }
    case 'map': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${name} must give a number for each name, found ${found}.`
      const wrong = Object.entries(value).find(([, v]) => checkNumber('', spec, v) !== undefined)
      return wrong && checkNumber(`${wrong[0]} of ${name}`, spec, wrong[1])
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${name} must be true or false, found ${found}.`
    case 'choice':
      return spec.choices.some((c) => c.value === value)
        ? undefined
        : `${name} must be one of ${spec.choices.map((c) => c.value).join(', ')}; found ${found}.`
    case 'text':
      return typeof value === 'string' ? undefined : `${name} must be text, found ${found}.`
    case 'list':
      return Array.isArray(value) && value.every((v) => typeof v === 'string')
        ? undefined
        : `${name} must be a list of names, found ${found}.`
    default:
      return spec satisfies never
  }
}

/** Fills in defaults and collects every problem: unknown names and wrong values. */
export function readOptions<S extends OptionSpecs>(
  specs: S,
  given: Readonly<Record<string, unknown>>,
): { values: Values<S>; problems: string[] } {
  const problems: string[] = []
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(specs, name)) problems.push(`Unknown option ${name}; known ones are ${Object.keys(specs).join(', ')}.`)
  }
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(given, name) ? given[name] : spec.default
    const problem = checkOption(name, spec, value)
    if (problem) problems.push(problem)
    values[name] = problem ? spec.default : value
  }
  return { values: values as Values<S>, problems }
}
