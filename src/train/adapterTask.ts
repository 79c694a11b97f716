// What an adapter's own files say that it predicts: its recipe where it was made here, else PEFT's task_type and the size of the
// head that it brought.
import type { AdapterFolder } from '../files/adapterFolder.ts'
import { readClasses } from '../families/classes.ts'
import { ofHead } from '../methods/classifierHead.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { OpenModel } from './base.ts'

export type AdapterTask = Pick<Recipe, 'task' | 'labels' | 'pairs'>

/** Empty for an adapter of a model that writes. Classes without names are called as transformers does: LABEL_0, LABEL_1. */
export function adapterTask(model: OpenModel, { parts, recipe = {} }: AdapterFolder): AdapterTask {
  const task = [recipe['task'], ...parts.map((p) => p.config['task_type'])].find((t) => t === 'SEQ_CLS' || t === 'TOKEN_CLS')
  if (!task) return {}
  const pairs = recipe['pairs'] === true && { pairs: true }
  const labels: unknown = recipe['labels']
  if (Array.isArray(labels) && labels.length > 1 && labels.every((l) => typeof l === 'string')) return { task, labels, ...pairs }
  // The last matrix of the head has a row for each class.
  const count = parts.flatMap((p) => [...p.tensors].filter(([name, t]) => ofHead(name) && t.shape.length === 2 && !/lora_|(^|\.)dense\.|pre_classifier\./.test(name)).map(([, t]) => t.shape[0])).at(-1)
  const own = readClasses(model.folder.config)
  if (count === undefined || (own?.taskType === task && own.labels.length === count)) return { task, ...pairs }
  return { task, labels: Array.from({ length: count }, (_, i) => `LABEL_${i}`), ...pairs }
}
