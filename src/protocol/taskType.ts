/** What a model predicts, in PEFT's words: the next token, one class for a sequence, or one for every token. */
export type TaskType = 'CAUSAL_LM' | 'SEQ_CLS' | 'TOKEN_CLS'

/** What transformers and transformers.js load such a model with. */
export const MODEL_CLASSES: Readonly<Record<TaskType, string>> = {
  CAUSAL_LM: 'AutoModelForCausalLM',
  SEQ_CLS: 'AutoModelForSequenceClassification',
  TOKEN_CLS: 'AutoModelForTokenClassification',
}
