// The model as a recipe trains it: as it is, or with a head for the recipe's classes in place of the one that writes.
import { labelsOf, wordLabelsOf } from '../data/labels.ts'
import type { Row } from '../data/row.ts'
import { readClasses } from '../families/classes.ts'
import { mayStartFresh } from '../methods/classifierHead.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { TaskType } from '../protocol/taskType.ts'
import type { OpenModel } from './base.ts'
import { outline } from './census.ts'
import { checkWeights, findTensor } from './weights.ts'
import { sameShape } from '../graph/shape.ts'

type Asked = Pick<Recipe, 'task' | 'labels' | 'pairs'>

const ENDINGS = { SEQ_CLS: 'ForSequenceClassification', TOKEN_CLS: 'ForTokenClassification' } as const

/** What a recipe has the model predict: what it says, or what the model was made for. */
export const taskOf = (model: OpenModel, { task }: Asked): TaskType => task ?? model.outline.taskType

/** Throws when the recipe asks for what the model cannot do. */
export function recipeModel<M extends OpenModel>(model: M, recipe: Asked): M {
  const task = taskOf(model, recipe)
  const own = readClasses(model.folder.config)
  if (task === 'CAUSAL_LM') {
    if (model.outline.taskType !== 'CAUSAL_LM') throw new Fault('bad-recipe', 'This model predicts classes and cannot write.', 'Set the recipe’s task to SEQ_CLS or TOKEN_CLS, or choose a model that writes.')
    return model
  }
  if (task === 'TOKEN_CLS' && model.family.labelsWords === false) throw new Fault('bad-recipe', `transformers has no ${model.family.id} model that labels words, so nothing could load the adapter.`, 'Choose another model, or predict one label for a text.')
  const labels = recipe.labels ?? own?.labels
  if (!labels && !recipe.task) throw new Fault('bad-model', 'This model was only pretrained: it has no classes of its own to answer with.', 'Train it on a dataset with labels.')
  if (!labels) throw new Fault('bad-recipe', 'The recipe predicts classes and does not say which.', 'Add labels, the names of the classes, or choose a dataset with labels.')
  if (own?.taskType === task && own.labels.join('\n') === labels.join('\n') && !model.outline.tensors.some((name) => !findTensor(model.folder, model.family, name))) return model
  return classifierOf(model, task, labels)
}

function classifierOf<M extends OpenModel>(model: M, task: keyof typeof ENDINGS, labels: readonly string[]): M {
  const { family, folder } = model
  const architecture = family.architecture.replace(/(ForCausalLM|LMHeadModel|ForSequenceClassification|ForTokenClassification)$/, ENDINGS[task])
  const json = {
    ...folder.config,
    architectures: [architecture],
    id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    num_labels: labels.length,
  }
  const config = family.config(json)
  const found = outline(family, config)
  // A head of other classes is no start for these, and the head that writes is no part of them.
  const shapes = new Map(found.manifest.map((e) => [e.name, e.shape]))
  const isUnused = (name: string): boolean => !shapes.has(name) && model.outline.tensors.includes(name)
  const tensors = new Map([...folder.tensors].filter(([name, entry]) => !isUnused(name) && !(mayStartFresh(name) && shapes.has(name) && !sameShape(entry.shape, shapes.get(name)!))))
  const own = { ...folder, config: json, tensors }
  checkWeights(own, family, found.manifest.filter(({ name }) => !mayStartFresh(name) || findTensor(own, family, name)))
  const { tokenize } = model.outline
  return { ...model, folder: own, config, outline: { ...found, architecture, missing: found.tensors.filter((name) => !findTensor(own, family, name)), ...(tokenize && { tokenize }) } }
}

/** The recipe with the task and the classes that its run will have: the model's own where they cover the data, else those of the data. */
export function withLabels<R extends Asked>(recipe: R, model: OpenModel, rows: Iterable<Row>, name: string): R {
  const known = readClasses(model.folder.config)
  const [first] = rows
  // An encoder that was only pretrained predicts what the data have.
  const isOpen = recipe.task === undefined && !known && model.outline.taskType !== 'CAUSAL_LM' && first?.kind === 'words'
  const task = isOpen ? 'TOKEN_CLS' : taskOf(model, recipe)
  if (task === 'CAUSAL_LM') return recipe
  const pairs = recipe.pairs ?? (first?.kind === 'completion' && first.secondAt !== undefined)
  const more = { task, ...(pairs && { pairs }) }
  if (recipe.labels) return { ...recipe, ...more }
  const found = task === 'TOKEN_CLS' ? wordLabelsOf(rows, name) : labelsOf(rows, name)
  const own = known?.taskType === task ? known.labels : []
  return { ...recipe, ...more, labels: found.every((label) => own.includes(label)) ? own : found }
}
