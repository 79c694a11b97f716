// Methods found by looking in this folder; an unknown id is answered with the known ones.
import { Fault, type Remedy } from '../protocol/failure.ts'
import { readOptions } from '../protocol/options.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import type { TaskText } from '../protocol/tasks.ts'
import { checkConflicts } from './conflicts.ts'
import { withClassifierHead } from './classifierHead.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import { checkModulesToSave, modulesToSaveOf, withModulesToSave, withoutSaved } from './modulesToSave.ts'

const files = import.meta.glob<{ method?: Method }>(['./*.ts', '!./*.test.ts', '!./registry.ts'], { eager: true })

export const methods: ReadonlyMap<string, Method> = collect()

function collect(): Map<string, Method> {
  const found = new Map<string, Method>()
  for (const [path, { method }] of Object.entries(files)) {
    if (!method) continue
    if (path !== `./${method.id}.ts`) throw new Error(`${path} declares the method ${method.id}; a method’s file is named by its id.`)
    found.set(method.id, method)
  }
  return new Map([...found].toSorted(([, a], [, b]) => a.order - b.order || (a.id < b.id ? -1 : 1)))
}

export function methodOf(id: string): Method {
  const method = methods.get(id)
  if (!method) throw new Fault('bad-recipe', `There is no method “${id}”; known ones are ${[...methods.keys()].join(', ')}.`, 'Correct the recipe’s methods.')
  return method
}

/** Why a method is never part of a list. */
const ALONE: Readonly<Record<string, string>> = {
  full: 'Full tuning trains every weight already',
  hypernetwork: 'A hypernetwork makes an adapter for each task out of itself alone',
}

/** The recipe's methods with checked options, on one model. */
export function attachAll(choices: readonly MethodChoice[], model: ModelOutline, tasks: readonly TaskText[] = []): Attachment[] {
  const problems: string[] = []
  const remedies: Remedy[] = []
  const attach = choices.map((choice) => {
    const method = methodOf(choice.id)
    const { values, problems: found } = readOptions(method.options, choice.options)
    problems.push(...found.map((p) => `${method.label}: ${p}`))
    return (): Attachment => ({ ...method.attach(values, model, tasks), name: method.id })
  })
  const ids = choices.map((c) => c.id)
  if (new Set(ids).size < ids.length) problems.push(`A method is listed twice (${ids.join(', ')}).`)
  for (const alone of ids.length > 1 ? ids.filter((id) => id in ALONE) : []) {
    problems.push(`${ALONE[alone]}, so it cannot be joined with another method.`)
    remedies.push({ kind: 'without', method: alone }, ...ids.filter((id) => id !== alone).map((method): Remedy => ({ kind: 'without', method })))
  }
  if (problems.length > 0) throw new Fault('bad-recipe', problems.join(' '), 'Correct the recipe’s methods.', undefined, remedies)
  const attachments = attach.map((make) => make())
  checkConflicts(attachments, choices.map((c) => methodOf(c.id).label), model)
  // One head for all of them.
  return attachments.map((a, i) => (i === 0 ? withClassifierHead(a, model) : a))
}

/** The attachment that an adapter_config.json describes. @param reader asked first, for files that hold something else than what trained */
export function attachPeft(config: Readonly<Record<string, unknown>>, model: ModelOutline, reader?: Method['fromPeft']): Attachment {
  const entries = modulesToSaveOf(config, model)
  checkModulesToSave(entries, model)
  const open = withoutSaved(model, entries)
  for (const [name, fromPeft] of [[undefined, reader] as const, ...[...methods.values()].map((m) => [m.id, m.fromPeft] as const)]) {
    const attachment = fromPeft?.(config, open)
    if (attachment) return { ...withClassifierHead(withModulesToSave(attachment, model, entries), model), ...(name !== undefined && { name }) }
  }
  throw new Fault('bad-adapter', `Adapters of PEFT’s type ${String(config['peft_type'])} cannot be read.`, `Known are ${[...methods.values()].filter((m) => m.fromPeft).map((m) => m.label).join(', ')}.`)
}
