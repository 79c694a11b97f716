/** What a model predicts, in PEFT's words: the next token, one class for a sequence, or one for every token. */
export type TaskType = 'CAUSAL_LM' | 'SEQ_CLS' | 'TOKEN_CLS'
