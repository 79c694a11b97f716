// A model that predicts classes trains its head with every method, because that head is new: PEFT's modules_to_save for
// SEQ_CLS and TOKEN_CLS. Its modules are those whose name ends in classifier or score, and a pooler that the checkpoint lacks.
import type { Attachment, ModelOutline } from './method.ts'

/** Names that PEFT looks for. */
export const HEADS: readonly string[] = ['classifier', 'score']

/** Whether a base tensor belongs to the head: any module above it is one. */
export const ofHead = (name: string): boolean => name.split('.').slice(0, -1).some((module) => HEADS.some((head) => module.endsWith(head)))

const ofPooler = (name: string): boolean => name.includes('.pooler.')

/** Tensors that a checkpoint may lack when its model is to predict classes: transformers starts them anew too. */
export const mayStartFresh = (name: string): boolean => ofHead(name) || ofPooler(name)

/** What stands before a base tensor's name in the adapter's file. */
function prefixOf({ adapterConfig, ownConfig, adapterHub, prompt, prefix }: Attachment): string {
  if (adapterHub || ownConfig || !(adapterConfig || prompt || prefix)) return ''
  return prompt || prefix ? 'base_model.' : 'base_model.model.'
}

/** The attachment, with the head of a model for classes beside it. */
export function withClassifierHead(a: Attachment, model: ModelOutline): Attachment {
  if (model.taskType === 'CAUSAL_LM') return a
  const poolerIsNew = model.missing?.some(ofPooler) === true
  const isOfHead = (name: string): boolean => ofHead(name) || (poolerIsNew && ofPooler(name))
  return withWholeTensors(a, model, isOfHead, { task_type: model.taskType, modules_to_save: poolerIsNew ? [...HEADS, 'pooler'] : HEADS })
}

/** Where else PEFT's files hold a bias of modules_to_save with bias “all”: under both names of its wrapper around the module. */
function wrapped(key: string, entries: readonly string[]): string[] {
  const parts = key.split('.')
  const end = parts.findIndex((_, i) => entries.some((entry) => parts.slice(0, i + 1).join('.').endsWith(entry))) + 1
  const [module, rest] = [parts.slice(0, end).join('.'), parts.slice(end).join('.')]
  return [`${module}.original_module.${rest}`, `${module}.modules_to_save.${rest.includes('.') ? 'default.' : ''}${rest}`]
}

/** The attachment, with base tensors that train whole beside it. @param config what adapter_config.json says of them */
export function withWholeTensors(a: Attachment, model: ModelOutline, isWhole: (name: string) => boolean, config: { readonly modules_to_save: readonly string[]; readonly task_type?: string }): Attachment {
  const before = prefixOf(a)
  const keys = new Set(model.tensors.filter(isWhole).map((name) => before + name))
  const thrice = a.adapterConfig?.('')['bias'] === 'all'
  return {
    ...a,
    trains: (name) => a.trains?.(name) ?? (isWhole(name) ? before + name : undefined),
    ...(a.adapterConfig && {
      adapterConfig(baseModel, run) {
        const own = a.adapterConfig!(baseModel, run)
        const others = (own['modules_to_save'] as readonly string[] | null | undefined) ?? []
        return { ...own, ...config, modules_to_save: [...new Set([...others, ...config.modules_to_save])] }
      },
    }),
    ...((a.saved ?? thrice) && {
      saved(read, all, shapeOf) {
        const tensor = (key: string) => ({ shape: shapeOf(key), data: read(key)! })
        const own = all.filter((key) => !keys.has(key))
        const saved = new Map(a.saved ? a.saved(read, own, shapeOf) : own.map((key) => [key, tensor(key)] as const))
        if (a.adapterHub) return saved
        for (const key of all.filter((name) => keys.has(name))) {
          saved.set(key, tensor(key))
          for (const copy of thrice && key.endsWith('.bias') ? wrapped(key, config.modules_to_save) : []) saved.set(copy, tensor(key))
        }
        return saved
      },
    }),
  }
}
