// Families found by looking in this folder; an unknown model_type is answered with the known ones.
import { Fault } from '../protocol/failure.ts'
import type { Family } from './family.ts'

const files = import.meta.glob<{ family?: Family }>(['./*.ts', '!./*.test.ts', '!./registry.ts'], { eager: true })

export const families: ReadonlyMap<string, Family> = collect()

function collect(): Map<string, Family> {
  const found = new Map<string, Family>()
  for (const [path, { family }] of Object.entries(files)) {
    if (!family) continue
    if (path !== `./${family.id}.ts`) throw new Error(`${path} declares the family ${family.id}; a family’s file is named by its model_type.`)
    found.set(family.id, family)
  }
  return found
}

export function familyOf(modelType: string): Family {
  const family = families.get(modelType)
  if (!family) throw new Fault('bad-model', `Models of type “${modelType}” cannot be trained yet; ${[...families.keys()].join(', ')} can.`, 'Choose a model of one of these types.')
  return family
}
