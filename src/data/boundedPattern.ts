// Regular expressions that cannot take for ever. The built-in engine goes back and tries again without end on patterns such as
// (a+)+$, and nothing can stop it; this one does the same in the same order, and counts. What a pattern finds is the same.
import { compilePattern, type Program, type Step } from './patternProgram.ts'

/** Steps that may still be made; shared by the patterns of one tokenizer, and filled up for each text. */
export interface Patience {
  left: number
}
const STEPS_A_TEXT = 8_000_000
const STEPS_A_CHARACTER = 200

/** For a text of so many characters: about a second's worth, and more for what is long. */
export const patienceFor = (characters: number): number => STEPS_A_TEXT + STEPS_A_CHARACTER * characters

/** A class of RegExp whose searches draw on one patience. String methods use it as they use any other. */
export function boundedPatterns(patience: Patience): new (pattern: RegExp | string, flags?: string) => RegExp {
  const programs = new Map<string, Program>()
  return class BoundedPattern extends RegExp {
    private readonly program: Program
    constructor(pattern: RegExp | string, flags?: string) {
      super(pattern, flags)
      let known = programs.get(this.source)
      if (!known) programs.set(this.source, (known = compilePattern(this.source)))
      this.program = known
    }
    override exec(text: string): RegExpExecArray | null {
      const moves = this.global || this.sticky
      const from = moves ? this.lastIndex : 0
      const last = this.sticky ? from : text.length
      for (let at = from; at <= last && at <= text.length; at += width(text, at)) {
        const end = new Search(this.program.slots, text, patience).match(this.program.steps, at)
        if (end < 0) continue
        if (moves) this.lastIndex = end
        const found = [text.slice(at, end)] as unknown as RegExpExecArray
        return Object.assign(found, { index: at, input: text })
      }
      if (moves) this.lastIndex = 0
      return null
    }
  }
}

/** Places to go back to. */
const MAX_BACK = 2_000_000

/** Units of the character at a place; one beyond the end. */
function width(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

/** What to go back to: a step and a place, a run that may give up a character or take one more, or a mark as it was. */
type Back =
  | { readonly kind: 'try'; readonly pc: number; readonly at: number }
  | { readonly kind: 'shrink'; readonly pc: number; readonly least: number; at: number }
  | { readonly kind: 'grow'; readonly pc: number; readonly step: Extract<Step, { op: 'run' }>; at: number; left: number }
  | { readonly kind: 'mark'; readonly slot: number; readonly was: number }

const WORD = /\w/
const isWord = (c: string | undefined): boolean => c !== undefined && WORD.test(c)

class Search {
  private readonly marks: Int32Array
  constructor(
    slots: number,
    private readonly text: string,
    private readonly patience: Patience,
  ) {
    this.marks = new Int32Array(slots).fill(-1)
  }

  private count(steps = 1): void {
    this.patience.left -= steps
    if (this.patience.left < 0) throw new RangeError('Its pattern takes too long on this text.')
  }

  /** The end of the first match from `start`, or -1. @param end where it must end */
  match(steps: readonly Step[], start: number, end = -1): number {
    const { text, marks } = this
    const back: Back[] = []
    let pc = 0
    let at = start
    /** Whether there is something to go back to. */
    const retreat = (): boolean => {
      for (;;) {
        const top = back.at(-1)
        if (!top) return false
        this.count()
        if (top.kind === 'mark') {
          marks[top.slot] = top.was
          back.pop()
          continue
        }
        if (top.kind === 'try') {
          back.pop()
          ;({ pc, at } = top)
          return true
        }
        if (top.kind === 'shrink') {
          if (top.at <= top.least) {
            back.pop()
            continue
          }
          top.at -= isPair(text, top.at - 2) && top.at - 2 >= top.least ? 2 : 1
          ;({ pc, at } = top)
          return true
        }
        if (top.left <= 0 || top.at >= text.length || !top.step.set.has(text.codePointAt(top.at)!)) {
          back.pop()
          continue
        }
        top.at += width(text, top.at)
        top.left--
        ;({ pc, at } = top)
        return true
      }
    }
    for (;;) {
      this.count()
      if (back.length > MAX_BACK) throw new RangeError('Its pattern takes too much memory on this text.')
      const step = steps[pc]
      let holds = true
      switch (step.op) {
        case 'one':
          if (at < text.length && step.set.has(text.codePointAt(at)!)) at += width(text, at)
          else holds = false
          break
        case 'run': {
          const least = this.take(step, at, step.least)
          if (least < 0) {
            holds = false
            break
          }
          at = least
          if (step.lazy) {
            if (step.most > step.least) back.push({ kind: 'grow', pc: pc + 1, step, at, left: step.most - step.least })
            break
          }
          const most = this.takeAll(step, at, step.most - step.least)
          if (most > least) back.push({ kind: 'shrink', pc: pc + 1, least, at: most })
          at = most
          break
        }
        case 'split':
          back.push({ kind: 'try', pc: pc + step.second, at })
          pc += step.first - 1
          break
        case 'jump':
          pc += step.to - 1
          break
        case 'mark':
          back.push({ kind: 'mark', slot: step.slot, was: marks[step.slot] })
          marks[step.slot] = at
          break
        case 'moved':
          holds = at !== marks[step.slot]
          break
        case 'edge':
          holds = this.isEdge(step.at, at)
          break
        case 'look':
          holds = (step.behind ? this.liesBehind(step.steps, at) : this.match(step.steps, at) >= 0) === step.wanted
          break
        case 'done':
          if (end < 0 || at === end) return at
          holds = false
          break
        default:
          return step satisfies never
      }
      if (holds) pc++
      else if (!retreat()) return -1
    }
  }

  /** The place after `count` of a set, or -1. */
  private take({ set }: Extract<Step, { op: 'run' }>, at: number, count: number): number {
    for (let i = 0; i < count; i++) {
      this.count()
      if (at >= this.text.length || !set.has(this.text.codePointAt(at)!)) return -1
      at += width(this.text, at)
    }
    return at
  }

  private takeAll({ set }: Extract<Step, { op: 'run' }>, at: number, most: number): number {
    for (let i = 0; i < most && at < this.text.length; i++) {
      this.count()
      const code = this.text.codePointAt(at)!
      if (!set.has(code)) break
      at += code > 0xffff ? 2 : 1
    }
    return at
  }

  private isEdge(edge: 'start' | 'end' | 'word' | 'inside', at: number): boolean {
    if (edge === 'start') return at === 0
    if (edge === 'end') return at === this.text.length
    return (isWord(this.text[at - 1]) !== isWord(this.text[at])) === (edge === 'word')
  }

  /** Nearest beginnings first: what stands behind is short as a rule. */
  private liesBehind(steps: readonly Step[], at: number): boolean {
    for (let start = at; start >= 0; start -= isPair(this.text, start - 2) ? 2 : 1) if (this.match(steps, start, at) >= 0) return true
    return false
  }
}

/** Whether the two units there are one character. */
const isPair = (text: string, at: number): boolean => at >= 0 && (text.codePointAt(at) ?? 0) > 0xffff
