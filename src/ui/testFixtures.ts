// What the scripted Studio answers with: one small model, three samples, and a run that learns by formula.
import type { Answer, PlanSummary, RunEvent } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo, DatasetInfo, PreviewToken, RunRecord, SampleInfo } from '../protocol/studio.ts'
import { testParameters, testSize } from './testMethods.ts'

export const testBase: BaseInfo = {
  id: 'starter',
  title: 'Tunesmith starter',
  storedAs: 'builtin/starter',
  modelType: 'llama',
  parameters: testParameters,
  bytes: 6_304_768,
  contextLength: 512,
  vocabulary: 4096,
  chat: false,
  linearLayers: ['q_proj', 'v_proj', 'k_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
}

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

export const TEST_ROWS = 480

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
    rows: TEST_ROWS,
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
  const size = testSize(recipe.methods)
  const trainableParameters = size.ok ? size.value.trainableParameters : 0
  const activations = recipe.training.batch_size * recipe.training.max_length * 31_000
  const bytes = { weights: 6_304_768, activations, workspace: 33_554_432, trainable: trainableParameters * 16 }
  const total = bytes.weights + bytes.activations + bytes.workspace + bytes.trainable
  return {
    trainableParameters,
    totalParameters: testBase.parameters,
    bytes: { ...bytes, total },
    dispatches: 214,
    backward: { layers: 6, of: 6, sparedBytes: recipe.methods[0]?.id === 'full' ? 0 : Math.round(activations / 3) },
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
