// Problem rows as they are found: the first are kept whole, all are counted by what was wrong.
import type { CheckKind } from '../protocol/dataChecks.ts'
import type { RowProblem } from '../protocol/studio.ts'

/** Problems kept; the rest is only counted. */
const MAX_PROBLEMS = 200
const MAX_LINES = 20

export interface Cause {
  readonly rows: number
  readonly lines: readonly number[]
}

interface Found {
  readonly problems: readonly RowProblem[]
  readonly problemCount: number
  readonly causes?: ReadonlyMap<CheckKind, Cause>
}

export class ProblemList {
  private readonly problems: RowProblem[] = []
  private count = 0
  readonly causes: ReadonlyMap<CheckKind, Cause> = new Map()

  add(problem: RowProblem): void {
    this.count++
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem)
    this.note(problem.cause ?? 'other', { rows: 1, lines: [problem.line] })
  }

  /** Those of a file; of several, each says its name. */
  take({ problems, problemCount, causes }: Found, name?: string): void {
    this.count += problemCount
    for (const p of problems) if (this.problems.length < MAX_PROBLEMS) this.problems.push(name === undefined ? p : { ...p, reason: `${name}: ${p.reason}` })
    for (const [cause, found] of causes ?? []) this.note(cause, found)
  }

  private note(cause: CheckKind, { rows, lines }: Cause): void {
    const before = this.causes.get(cause)
    const full = before !== undefined && before.lines.length >= MAX_LINES
    ;(this.causes as Map<CheckKind, Cause>).set(cause, { rows: (before?.rows ?? 0) + rows, lines: full ? before.lines : [...(before?.lines ?? []), ...lines].slice(0, MAX_LINES) })
  }

  get found(): Found {
    return { problems: this.problems, problemCount: this.count, causes: this.causes }
  }
}
