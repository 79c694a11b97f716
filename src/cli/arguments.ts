// A command line of operands and options, read with one sentence for everything that does not fit.
import { Fault } from '../protocol/failure.ts'

export class Arguments {
  private readonly options = new Map<string, string>()
  private readonly places: string[] = []
  /** Options that came without the value which they need, if they exist. */
  private readonly bare: string[] = []

  /**
   * @param usage said with everything that does not fit
   * @param switches options without a value
   */
  constructor(
    argv: readonly string[],
    private readonly usage: string,
    switches: readonly string[] = [],
  ) {
    for (let i = 0; i < argv.length; i++) {
      const arg = argv[i]
      if (!arg.startsWith('--')) this.places.push(arg)
      else if (switches.includes(arg)) this.options.set(arg, '')
      else {
        const value = argv[i + 1]
        const isBare = value === undefined || value.startsWith('--')
        if (isBare) this.bare.push(arg)
        else i++
        this.options.set(arg, isBare ? '' : value)
      }
    }
  }

  wrong(what: string): Fault {
    return new Fault('bad-recipe', what, this.usage)
  }

  allow(known: readonly string[]): void {
    const stray = [...this.options.keys()].find((name) => !known.includes(name))
    if (stray !== undefined) throw this.wrong(`There is no option ${stray} here; known ones are ${known.join(', ')}.`)
    if (this.bare.length > 0) throw this.wrong(`${this.bare[0]} needs a value.`)
  }

  /** What is no option. @param said what is expected, where that is not just so many folders */
  operands(least: number, most = Number.POSITIVE_INFINITY, said?: string): readonly string[] {
    const expected = said ?? `${least === most ? `${least}` : `at least ${least}`} folder${least === 1 ? '' : 's'}`
    if (this.places.length < least || this.places.length > most) throw this.wrong(`Expected ${expected}, found ${this.places.join(', ') || 'none'}.`)
    return this.places
  }

  has(name: string): boolean {
    return this.options.has(name)
  }

  text(name: string): string | undefined {
    return this.options.get(name)
  }

  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw this.wrong(`${name} is missing.`)
    return value
  }

  number(name: string): number | undefined {
    return this.numbers(name)?.[0]
  }

  /** A whole number above 0. */
  count(name: string, fallback: number): number {
    const text = this.text(name)
    const n = text === undefined ? fallback : Number(text)
    if (!(Number.isInteger(n) && n > 0)) throw this.wrong(`${name} takes a whole number above 0, found ${text}.`)
    return n
  }

  /** Separated by commas. */
  numbers(name: string): readonly number[] | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    if (!values.every(Number.isFinite)) throw this.wrong(`${name} takes numbers, found ${text}.`)
    return values
  }

  /** A number of bytes, in the units of transformers' `max_shard_size`: 5GB, 500MB, 2GiB. */
  bytes(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]i?b|b)?$/i.exec(text.trim()) ?? []
    const power = ['b', 'k', 'm', 'g', 't'].indexOf((unit[0] ?? 'b').toLowerCase())
    const bytes = Number(count) * (/i/i.test(unit) ? 1024 : 1000) ** power
    if (count === undefined || !(bytes >= 1)) throw this.wrong(`${name} takes a size such as 5GB or 500MB, found ${text}.`)
    return bytes
  }

  choice<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.text(name)
    const found = known.find((k) => k === text)
    if (text !== undefined && found === undefined) throw this.wrong(`${name} takes ${known.join(', ')}; found ${text}.`)
    return found
  }
}
