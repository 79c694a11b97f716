// A regular expression (JavaScript's, with the flag u) as a small program for boundedPattern.ts to run. Groups catch nothing,
// and references back to them are refused, because no tokenizer needs them.

/** What one instruction does; numbers are its operands. */
export type Step =
  | { readonly op: 'one'; readonly set: CharacterSet }
  /** As many of a set as there are, or as few as will do. */
  | { readonly op: 'run'; readonly set: CharacterSet; readonly least: number; readonly most: number; readonly lazy: boolean }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'mark'; readonly slot: number }
  /** Fails where nothing was read since the mark: a loop around nothing would never end. */
  | { readonly op: 'moved'; readonly slot: number }
  | { readonly op: 'edge'; readonly at: 'start' | 'end' | 'word' | 'inside' }
  | { readonly op: 'look'; readonly behind: boolean; readonly wanted: boolean; readonly steps: readonly Step[] }
  | { readonly op: 'done' }

export interface Program {
  readonly steps: readonly Step[]
  readonly slots: number
}

const MAX_SOURCE = 20_000
const MAX_STEPS = 20_000

/** Characters, by code point; the built-in engine decides each once. */
class CharacterSet {
  private readonly pattern: RegExp
  private readonly ascii = new Int8Array(128).fill(-1)
  private readonly others = new Map<number, boolean>()
  constructor(atom: string) {
    this.pattern = new RegExp(`^(?:${atom})$`, 'u')
  }
  has(code: number): boolean {
    if (code < 128) {
      const known = this.ascii[code]
      return (known < 0 ? (this.ascii[code] = this.pattern.test(String.fromCharCode(code)) ? 1 : 0) : known) === 1
    }
    let known = this.others.get(code)
    if (known === undefined) {
      known = this.pattern.test(String.fromCodePoint(code))
      if (this.others.size < 20_000) this.others.set(code, known)
    }
    return known
  }
}

/** Throws an Error that says what cannot be run. */
export function compilePattern(source: string): Program {
  if (source.length > MAX_SOURCE) throw new Error(`it has ${source.length} characters`)
  const compiler = new Compiler(source)
  const steps = compiler.alternatives()
  if (compiler.at < source.length) throw new Error('its parentheses do not match')
  return { steps: [...steps, { op: 'done' }], slots: compiler.slots }
}

class Compiler {
  at = 0
  slots = 0
  private readonly sets = new Map<string, CharacterSet>()
  constructor(private readonly source: string) {}

  alternatives(): Step[] {
    const branches = [this.sequence()]
    while (this.source[this.at] === '|') {
      this.at++
      branches.push(this.sequence())
    }
    return branches.reduceRight((after, branch) => bounded([{ op: 'split', first: 1, second: branch.length + 2 }, ...branch, { op: 'jump', to: after.length + 1 }, ...after]))
  }

  private sequence(): Step[] {
    const out: Step[] = []
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') out.push(...this.quantified(this.atom()))
    return bounded(out)
  }

  private atom(): Step[] {
    const c = String.fromCodePoint(this.source.codePointAt(this.at)!)
    if (c === '^' || c === '$') {
      this.at++
      return [{ op: 'edge', at: c === '^' ? 'start' : 'end' }]
    }
    if (c === '(') return this.group()
    const escape = c === '\\' ? (this.source[this.at + 1] ?? '') : ''
    if (escape === 'b' || escape === 'B') {
      this.at += 2
      return [{ op: 'edge', at: escape === 'b' ? 'word' : 'inside' }]
    }
    if (/[1-9k]/.test(escape)) throw new Error('it refers back to a group')
    const text = c === '[' ? this.className() : c === '\\' ? this.escaped() : c
    this.at += text.length
    let set = this.sets.get(text)
    if (!set) this.sets.set(text, (set = new CharacterSet(text)))
    return [{ op: 'one', set }]
  }

  private group(): Step[] {
    const [prefix] = /^\((?:\?(?:[:=!]|<[=!]|<[\p{ID_Start}$_][\p{ID_Continue}$]*>))?/u.exec(this.source.slice(this.at, this.at + 200))!
    this.at += prefix.length
    if (prefix === '(' && this.source[this.at] === '?') throw new Error('it has a group of an unknown kind')
    const inner = this.alternatives()
    if (this.source[this.at] !== ')') throw new Error('its parentheses do not match')
    this.at++
    const look = /^\(\?(<?)([=!])$/.exec(prefix)
    return look ? [{ op: 'look', behind: look[1] === '<', wanted: look[2] === '=', steps: [...inner, { op: 'done' }] }] : inner
  }

  private className(): string {
    let end = this.at + 1
    while (end < this.source.length && this.source[end] !== ']') end += this.source[end] === '\\' ? 2 : 1
    if (end >= this.source.length) throw new Error('a class in it does not end')
    return this.source.slice(this.at, end + 1)
  }

  private escaped(): string {
    const found = /^\\(?:[pPu]\{[^}]*\}|u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|[\s\S])/.exec(this.source.slice(this.at, this.at + 200))
    if (!found) throw new Error('it ends in a backslash')
    return found[0]
  }

  private quantified(body: Step[]): Step[] {
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})(\??)/.exec(this.source.slice(this.at, this.at + 40))
    if (!found) return body
    this.at += found[0].length
    const [, sign, low, comma, high, mark] = found
    const least = sign === undefined ? Number(low) : sign === '+' ? 1 : 0
    const most = sign === '?' ? 1 : sign !== undefined ? Infinity : comma === '' ? least : high === '' ? Infinity : Number(high)
    const lazy = mark === '?'
    if (least > most) throw new Error('it repeats from more to fewer')
    const [only] = body
    if (body.length === 1 && only?.op === 'one') return [{ op: 'run', set: only.set, least, most, lazy }]
    if (body.length * Math.max(least, most === Infinity ? 0 : most) > MAX_STEPS) throw new Error('it repeats a group too often')
    const out: Step[] = []
    for (let i = 0; i < least; i++) out.push(...body)
    const slot = this.slots++
    const once: Step[] = [{ op: 'mark', slot }, ...body, { op: 'moved', slot }]
    const choice = (after: number): Step => (lazy ? { op: 'split', first: after, second: 1 } : { op: 'split', first: 1, second: after })
    if (most === Infinity) return bounded([...out, choice(once.length + 2), ...once, { op: 'jump', to: -once.length - 1 }])
    for (let i = most - least; i > 0; i--) out.push(choice(i * (once.length + 1)), ...once)
    return bounded(out)
  }
}

function bounded(steps: Step[]): Step[] {
  if (steps.length > MAX_STEPS) throw new Error('it is too large')
  return steps
}
