// What a checkpoint is for besides predicting tokens: one class for a sequence, or one for every token. transformers says so by
// the architecture's name, and the classes by id2label.
import type { Tensor } from '../graph/tensor.ts'
import { Fault } from '../protocol/failure.ts'
import type { JsonObject } from '../protocol/record.ts'
import type { TaskType } from '../protocol/taskType.ts'
import type { Forward, Model } from './family.ts'

export interface Classes {
  readonly taskType: Exclude<TaskType, 'CAUSAL_LM'>
  /** Names, by class. */
  readonly labels: readonly string[]
}

/** undefined for a model that predicts tokens. Throws for a head that predicts something else. */
export function readClasses(json: JsonObject): Classes | undefined {
  const [architecture = ''] = (json['architectures'] as readonly string[] | null | undefined) ?? []
  const taskType = architecture.endsWith('ForSequenceClassification') ? 'SEQ_CLS' : architecture.endsWith('ForTokenClassification') ? 'TOKEN_CLS' : undefined
  if (!taskType) return undefined
  const names = (json['id2label'] as Readonly<Record<string, string>> | null | undefined) ?? {}
  // transformers writes no id2label for its default of two classes.
  const count = Number(json['num_labels'] ?? (Object.keys(names).length || 2))
  const problem = json['problem_type'] ?? (count === 1 && taskType === 'SEQ_CLS' ? 'regression' : 'single_label_classification')
  if (problem !== 'single_label_classification')
    throw new Fault('bad-model', `This model’s problem_type is ${String(problem)}, and only one class for each text or word can be trained.`, 'Choose a model that predicts one class, or one that was only pretrained.')
  return { taskType, labels: Array.from({ length: count }, (_, i) => names[i] ?? `LABEL_${i}`) }
}

/** The head that decoders get for classes: one linear layer, with a bias only where every token has a class. @param wordHead its name there */
export function classScores(m: Model, classes: Classes, hidden: Tensor, wordHead: 'score' | 'classifier' = 'score'): Forward {
  const name = classes.taskType === 'TOKEN_CLS' ? wordHead : 'score'
  return { hidden, head: (rows) => m.linear(name, rows, { out: classes.labels.length, bias: classes.taskType === 'TOKEN_CLS' }) } // (rows, classes)
}
