// What must be open before something can be asked of it.
import { Fault } from '../protocol/failure.ts'

/** What is open, or a Fault that asks for it. */
export function need<T>(value: T | undefined, what: 'model' | 'dataset'): T {
  if (value === undefined) throw new Fault('bad-recipe', `No ${what} is open.`, `Choose a ${what} first.`)
  return value
}
