// The recipe's knobs outside methods and training, declared in the same vocabulary so that the same form shows them.
import type { OptionSpecs } from '../protocol/options.ts'

/** What the page shows for a recipe without a task. */
export const AS_MADE = 'model'

export const dataOptions = {
  task: {
    kind: 'choice',
    default: AS_MADE,
    label: 'Predict',
    help: 'Write an answer; or choose one of the labels that occur in the data, for a text or for each of its words.',
    choices: [
      { value: AS_MADE, label: 'As the model was made' },
      { value: 'CAUSAL_LM', label: 'The answer, written' },
      { value: 'SEQ_CLS', label: 'One of the labels' },
      { value: 'TOKEN_CLS', label: 'A label for every word' },
    ],
  },
  trainOn: {
    kind: 'choice',
    default: 'completions',
    label: 'Learn from',
    help: 'Which tokens carry loss.',
    choices: [
      { value: 'completions', label: 'Answers only' },
      { value: 'everything', label: 'Everything' },
    ],
  },
  validation: {
    kind: 'number',
    default: 0.1,
    min: 0,
    max: 0.5,
    label: 'Held out',
    unit: 'of rows',
    help: 'Share kept for the validation loss; 0 keeps none.',
  },
} as const satisfies OptionSpecs

/** Of the data, beyond what is held out: kept behind a disclosure. */
export const shapingOptions = {
  systemPrompt: {
    kind: 'text',
    default: '',
    advanced: true,
    label: 'System prompt in training',
    help: 'Said before every row that has none of its own. Lyu et al. 2024 (arXiv:2402.18540) keep a model’s refusals by training without a safety prompt and using it with one.',
  },
  cut: {
    kind: 'choice',
    default: 'end',
    advanced: true,
    label: 'Cut long rows',
    help: 'Where a row that is too long loses tokens.',
    choices: [
      { value: 'end', label: 'At the end' },
      { value: 'start', label: 'At the start of what is asked' },
    ],
  },
  splitSeed: {
    kind: 'number',
    default: 42,
    min: 0,
    max: 4_294_967_295,
    integer: true,
    advanced: true,
    label: 'Seed of the split',
    help: 'Draws the rows that are held out; unless it is set, the run’s own seed does.',
  },
} as const satisfies OptionSpecs

export const evaluationOptions = {
  rows: {
    kind: 'number',
    default: 50,
    min: 0,
    max: 100_000,
    integer: true,
    label: 'Test rows',
    unit: 'rows',
    help: 'Answered before and after training, to compare; 0 turns it off.',
  },
  maxNewTokens: {
    kind: 'number',
    default: 48,
    min: 1,
    max: 4096,
    integer: true,
    advanced: true,
    label: 'Longest answer',
    unit: 'tokens',
    help: 'A test answer is cut off after this many tokens.',
  },
  systemPrompt: {
    kind: 'text',
    default: '',
    advanced: true,
    label: 'System prompt at use',
    help: 'Said before test questions and in the playground, whatever the training rows were told.',
  },
  sampleSteps: {
    kind: 'number',
    default: 0,
    min: 0,
    max: 100_000,
    integer: true,
    advanced: true,
    label: 'Answers while training every',
    unit: 'steps',
    help: 'A few prompts are answered at first, at last and so often between, to watch it learn; 0 never. Training waits for them.',
  },
  samplePrompts: {
    kind: 'text',
    default: '',
    advanced: true,
    label: 'Prompts to answer while training',
    help: 'One a line, eight at most; empty takes the first three test rows.',
  },
  sampleTokens: {
    kind: 'number',
    default: 24,
    min: 1,
    max: 512,
    integer: true,
    advanced: true,
    label: 'Longest answer while training',
    unit: 'tokens',
    help: 'Where such an answer is cut off.',
  },
} as const satisfies OptionSpecs

export const seedOption = {
  seed: {
    kind: 'number',
    default: 42,
    min: 0,
    max: 4_294_967_295,
    integer: true,
    advanced: true,
    label: 'Seed',
    help: 'The same seed gives the same run, bit for bit, on the same GPU.',
  },
} as const satisfies OptionSpecs

export const samplingOptions = {
  maxNewTokens: {
    kind: 'number',
    default: 48,
    min: 1,
    max: 4096,
    integer: true,
    label: 'Max tokens',
    unit: 'tokens',
    help: 'Longest answer.',
  },
  temperature: { kind: 'number', default: 0, min: 0, max: 5, label: 'Temperature', help: '0 always takes the likeliest token.' },
  topK: {
    kind: 'number',
    default: 0,
    min: 0,
    max: 1_000_000,
    integer: true,
    label: 'Top-k',
    help: 'Keeps the k likeliest tokens; 0 keeps all.',
  },
  topP: { kind: 'number', default: 1, min: 0, max: 1, label: 'Top-p', help: 'Keeps tokens up to this total probability.' },
  seed: {
    kind: 'number',
    default: 42,
    min: 0,
    max: 4_294_967_295,
    integer: true,
    label: 'Seed',
    help: 'Same seed, same answer.',
  },
} as const satisfies OptionSpecs
