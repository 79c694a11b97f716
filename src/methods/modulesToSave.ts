// PEFT's modules_to_save: modules that train whole beside an adapter and are saved with it, copies of the base's and not
// differences. A module is one of them when its path ends in an entry (not only at a dot), and so is all that lies in it.
import { Fault } from '../protocol/failure.ts'
import { HEADS, withWholeTensors } from './classifierHead.ts'
import type { Attachment, ModelOutline } from './method.ts'

/** Whether a module or one that it lies in is to be saved. */
export const isSaved = (path: string, entries: readonly string[]): boolean =>
  path.split('.').some((_, i, parts) => entries.some((entry) => parts.slice(0, i + 1).join('.').endsWith(entry)))

/** What a PEFT config lists. A model for classes trains its head with every method; PEFT lists the names that any of them has. */
export const modulesToSaveOf = (config: Readonly<Record<string, unknown>>, model: ModelOutline): readonly string[] =>
  ((config['modules_to_save'] as readonly string[] | null | undefined) ?? []).filter((entry) => model.taskType === 'CAUSAL_LM' || !HEADS.includes(entry))

/** The model without modules that train whole: no method puts anything beside those. */
export const withoutSaved = (model: ModelOutline, entries: readonly string[]): ModelOutline => {
  const kept = (paths: readonly string[]): string[] => paths.filter((path) => !isSaved(path, entries))
  return entries.length === 0 ? model : { ...model, linears: kept(model.linears), embeddings: kept(model.embeddings), norms: kept(model.norms) }
}

/** The attachment, with those modules beside it. */
export const withModulesToSave = (a: Attachment, model: ModelOutline, entries: readonly string[]): Attachment =>
  entries.length === 0 ? a : withWholeTensors(a, model, (name) => isSaved(name.slice(0, name.lastIndexOf('.')), entries), { modules_to_save: entries })

/** Throws for entries that name nothing, or one side of what the model shares. */
export function checkModulesToSave(entries: readonly string[], model: ModelOutline): void {
  const paths = new Set(model.tensors.map((name) => name.slice(0, name.lastIndexOf('.'))))
  const missing = entries.find((entry) => ![...paths].some((path) => isSaved(path, [entry])))
  if (missing !== undefined && !(model.head.endsWith(missing) && !paths.has(model.head)))
    throw new Fault('bad-recipe', `modules_to_save “${missing}” matches no module of this model.`, `Choose among ${[...new Set([...paths].map((path) => path.replace(/^.*\./, '')))].join(', ')}.`)
  const whole = [model.head, ...model.embeddings].find((path) => isSaved(path, entries))
  if (whole !== undefined && !paths.has(model.head))
    throw new Fault('bad-recipe', `modules_to_save names ${whole}, whose weights this model shares between embedding and head; PEFT would train a copy on one side.`, 'Target it with target_modules, or use full tuning.')
}
