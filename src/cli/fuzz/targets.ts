// Every fuzz target, by its file's name.
import type { FuzzTarget } from './target.ts'

const modules = import.meta.glob<{ default: FuzzTarget<unknown> }>('./targets/*.ts')

export const targetIds: readonly string[] = Object.keys(modules).map((path) => path.replace(/^.*\/(.*)\.ts$/, '$1')).sort()

export async function targetNamed(id: string): Promise<FuzzTarget<unknown>> {
  const load = modules[`./targets/${id}.ts`]
  if (!load) throw new Error(`There is no fuzz target ${id}; there are ${targetIds.join(', ')}.`)
  return (await load()).default
}
