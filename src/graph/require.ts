// What an op's `shape` says when inputs do not fit: the op, what it looked at, and both shapes.
import { Fault } from '../protocol/failure.ts'
import { sameShape, showShape, type Shape } from './shape.ts'

const HINT = 'This is a bug in the model or method that traced it.'

export function requireThat(holds: boolean, op: string, message: string): void {
  if (!holds) throw new Fault('internal', `${op}: ${message}`, HINT)
}

export function requireShape(op: string, what: string, expected: Shape, found: Shape): void {
  requireThat(sameShape(expected, found), op, `${what} should be ${showShape(expected)}, found ${showShape(found)}.`)
}
