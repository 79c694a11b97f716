// A recipe written by hand may name a preset where its list of methods stands.
import { Fault } from './failure.ts'
import type { MethodPreset } from './methods.ts'

/** The preset's list in place of its name; anything else as it is. */
export function expandPreset(json: unknown, presets: readonly MethodPreset[]): unknown {
  if (typeof json !== 'object' || json === null || !('methods' in json) || typeof json.methods !== 'string') return json
  const name = json.methods
  const preset = presets.find((p) => p.id === name)
  if (!preset) throw new Fault('bad-recipe', `There is no preset “${name}”; known ones are ${presets.map((p) => p.id).join(', ')}.`, 'Correct the recipe’s methods, or list them.')
  return { ...json, methods: preset.methods }
}
