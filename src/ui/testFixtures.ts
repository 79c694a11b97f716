// What the scripted Studio answers with: one small model, two methods, three samples, and a run that learns by formula.
import type { Answer, PlanSummary, RunEvent } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo, DatasetInfo, MethodInfo, PreviewToken, RunRecord, SampleInfo } from '../protocol/studio.ts'

export const testBase: BaseInfo = {
  id: 'starter',
  title: 'Tunesmith starter',
  modelType: 'llama',
  parameters: 3_148_800,
  bytes: 6_304_768,
  contextLength: 512,
  vocabulary: 4096,
  chat: false,
  linearLayers: ['q_proj', 'v_proj', 'k_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
}

export const testMethods: readonly MethodInfo[] = [
  {
    id: 'lora',
    label: 'LoRA',
    group: 'Low rank',
    summary: 'Freezes the model and learns two thin matrices beside each chosen layer. Small, quick, easy to share.',
    paper: 'https://arxiv.org/abs/2106.09685',
    defaultLearningRate: 0.001,
    options: {
      r: {
        kind: 'number',
        default: 8,
        min: 1,
        max: 256,
        integer: true,
        label: 'Rank (r)',
        help: 'Width of the thin matrices; more can learn more and costs more memory.',
      },
      lora_alpha: {
        kind: 'number',
        default: 16,
        min: 1,
        max: 1024,
        label: 'lora_alpha',
        help: 'Scales what was learned by lora_alpha / r.',
      },
      lora_dropout: {
        kind: 'number',
        default: 0,
        min: 0,
        max: 0.9,
        label: 'lora_dropout',
        help: 'Share of inputs dropped while training; helps on small data.',
      },
      target_modules: {
        kind: 'list',
        default: ['q_proj', 'v_proj'],
        suggest: 'linear-layers',
        label: 'target_modules',
        help: 'Layers that get the thin matrices.',
      },
      use_rslora: {
        kind: 'boolean',
        default: false,
        advanced: true,
        label: 'use_rslora',
        help: 'Scales by lora_alpha / √r instead, which suits high ranks.',
      },
      init_lora_weights: {
        kind: 'choice',
        default: 'kaiming',
        advanced: true,
        label: 'init_lora_weights',
        help: 'How A starts; B always starts at 0.',
        choices: [
          { value: 'kaiming', label: 'Kaiming uniform' },
          { value: 'gaussian', label: 'Gaussian' },
        ],
      },
    },
  },
  {
    id: 'full',
    label: 'Full tuning',
    group: 'Full',
    summary: 'Trains every weight. Learns the most, needs the most memory, and gives a whole new model.',
    paper: '',
    defaultLearningRate: 0.00005,
    options: {},
  },
]

export const testSamples: readonly SampleInfo[] = [
  {
    id: 'pirate',
    title: 'Talk like a pirate',
    task: 'style',
    description: 'Rewrite plain sentences in pirate speech.',
    rows: 480,
    bytes: 61_200,
  },
  {
    id: 'mood',
    title: 'Sort by mood',
    task: 'classification',
    description: 'Name the mood of a short story: happy, sad, angry or calm.',
    rows: 600,
    bytes: 88_400,
  },
  {
    id: 'orders',
    title: 'Orders to JSON',
    task: 'structured',
    description: 'Turn a spoken order into a JSON object.',
    rows: 512,
    bytes: 97_300,
  },
]

const token = (text: string, trained = false, special = false): PreviewToken => ({ text, trained, special })
const words = (text: string, trained: boolean): PreviewToken[] => text.match(/\s?\S+|\n/g)?.map((t) => token(t, trained)) ?? []
const example = (prompt: string, completion: string): PreviewToken[] => [
  token('<s>', false, true),
  ...words(`Say it like a pirate: ${prompt}`, false),
  token('\n'),
  ...words(completion, true),
  token('</s>', true, true),
]

export function testDataset(name: string, recipe: Recipe): DatasetInfo {
  const everything = recipe.data.trainOn === 'everything'
  const head = [
    { prompt: 'The dog ran to the beach.', completion: "Arr, the hound scurried t' the shore!" },
    { prompt: 'My friend has a red hat.', completion: 'Me matey wears a crimson cap, aye!' },
    { prompt: 'Where is the treasure?', completion: 'Where be the booty hid, ye scallywag?' },
    { prompt: 'We are going home now.', completion: "We be sailin' home now, lads!" },
    { prompt: 'It is raining on the ship.', completion: "The skies be weepin' on our deck!" },
  ]
  return {
    name,
    format: 'JSON Lines, prompt/completion pairs',
    bytes: 61_200,
    rows: 480,
    testRows: 50,
    problems: [
      { line: 17, field: 'completion', reason: 'The completion is empty, so that nothing could be learned from this row.' },
      { line: 203, reason: 'This line is not valid JSON: unexpected end.' },
    ],
    problemCount: 2,
    head,
    examples: head
      .slice(0, 3)
      .map((row) => example(row.prompt, row.completion).map((t) => (everything ? { ...t, trained: true } : t))),
    trainedTokens: everything ? 15_360 : 6_240,
    totalTokens: 15_360,
    longest: 47,
    truncated: recipe.training.max_length < 47 ? 12 : 0,
  }
}

export function testPlan(recipe: Recipe, probe: boolean): PlanSummary {
  const isFull = recipe.methods[0]?.id === 'full'
  const trainableParameters = isFull ? testBase.parameters : Number(recipe.methods[0]?.options['r'] ?? 8) * 5_120
  const activations = recipe.training.batch_size * recipe.training.max_length * 31_000
  const bytes = { weights: 6_304_768, activations, workspace: 33_554_432, trainable: trainableParameters * 16 }
  const total = bytes.weights + bytes.activations + bytes.workspace + bytes.trainable
  return {
    trainableParameters,
    totalParameters: testBase.parameters,
    bytes: { ...bytes, total },
    dispatches: 214,
    ...(probe ? { seconds: recipe.training.steps * 0.41 } : {}),
  }
}

const answers = (after: boolean, total: number): readonly Answer[] =>
  Array.from({ length: total }, (_, i) => {
    const correct = after ? i % 4 !== 1 : i % 9 === 0
    const expected = `Ahoy, answer number ${i + 1} be here!`
    return {
      prompt: `Say it like a pirate: this is sentence ${i + 1}.`,
      expected,
      answer: correct ? expected : `This is sentence ${i + 1}.`,
      correct,
    }
  })

export const testScore = (when: 'before' | 'after', total: number): RunEvent => {
  const list = answers(when === 'after', total)
  return { type: 'score', when, metric: 'exact_match', correct: list.filter((a) => a.correct).length, total, answers: list }
}

/** Step `k` of a run that learns by formula. */
export function testStep(step: number, steps: number): RunEvent {
  const wobble = Math.sin(step * 12.9898) * 0.12 + Math.sin(step * 4.1) * 0.06
  return {
    type: 'step',
    step,
    steps,
    loss: 0.9 + 2.6 * Math.exp(-step / (steps / 4)) + wobble,
    learningRate: 0.001 * Math.min(1, step / 10) * 0.5 * (1 + Math.cos((Math.PI * step) / steps)),
    gradNorm: 0.7 + 1.6 * Math.exp(-step / (steps / 6)) + Math.abs(wobble),
    tokens: 1_640 + (step % 7) * 31,
    trainedTokens: 640,
    ms: 405 + (step % 5) * 6,
  }
}

export function testRecord(id: string, recipe: Recipe, part: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    recipe,
    createdAt: Date.UTC(2026, 10, 20, 14, 5),
    status: 'done',
    step: recipe.training.steps,
    hasAdapter: true,
    ...part,
  }
}
