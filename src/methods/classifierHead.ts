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
function prefixOf({ adapterConfig, adapterHub, prompt, prefix }: Attachment): string {
  if (!adapterConfig || adapterHub) return ''
  return prompt || prefix ? 'base_model.' : 'base_model.model.'
}

/** The attachment, with the head of a model for classes beside it. */
export function withClassifierHead(a: Attachment, model: ModelOutline): Attachment {
  if (model.taskType === 'CAUSAL_LM') return a
  const before = prefixOf(a)
  const poolerIsNew = model.missing?.some(ofPooler) === true
  const isOfHead = (name: string): boolean => ofHead(name) || (poolerIsNew && ofPooler(name))
  const keys = new Set(model.tensors.filter(isOfHead).map((name) => before + name))
  return {
    ...a,
    trains: (name) => a.trains?.(name) ?? (isOfHead(name) ? before + name : undefined),
    ...(a.adapterConfig && { adapterConfig: (baseModel, run) => ({ ...a.adapterConfig!(baseModel, run), task_type: model.taskType, modules_to_save: poolerIsNew ? [...HEADS, 'pooler'] : HEADS }) }),
    ...(a.saved && {
      saved(read, all, shapeOf) {
        const saved = new Map(a.saved!(read, all.filter((key) => !keys.has(key)), shapeOf))
        if (a.adapterHub) return saved
        for (const key of keys) {
          const data = read(key)
          if (data) saved.set(key, { shape: shapeOf(key), data })
        }
        return saved
      },
    }),
  }
}
