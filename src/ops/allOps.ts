// Every op of this folder, found by looking: a new file is tested by the generic suites without being named anywhere.
import { definedOps } from '../graph/op.ts'
import type { OpDefinition } from '../graph/op.ts'

/** Loads all op files and answers their definitions by name. */
export function allOps(): ReadonlyMap<string, OpDefinition> {
  import.meta.glob(['./*.ts', '!./*.test.ts', '!./allOps.ts'], { eager: true })
  return definedOps()
}
