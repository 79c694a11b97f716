// Code that reads settings casts them to what it expects. Where a file brings something else, what the code trips over is its own
// affair: a person is told which file it is. Faults pass as they are; nothing but reading may happen inside.
import { type FailureCode, Fault, messageOf } from './failure.ts'

export function legible<T>(work: () => T, code: FailureCode, message: string, hint: string): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault(code, message, hint, messageOf(error))
  }
}
