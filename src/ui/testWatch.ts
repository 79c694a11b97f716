// What the scripted Studio shows of a run besides its curves: answers that come nearer, and tokens that cost less.
import type { ReadToken, RunEvent } from '../protocol/event.ts'

const prompts = [
  { prompt: 'Say it like a pirate: the dog ran to the beach.', expected: "Arr, the hound scurried t' the shore!" },
  { prompt: 'Say it like a pirate: my friend has a red hat.', expected: 'Me matey wears a crimson cap, aye!' },
]
const tries = ['The dog is a dog.', 'Arr, the dog be a dog.', "Arr, the hound ran t' the shore."]

export const testAnswers = (step: number): RunEvent => ({
  type: 'samples',
  step,
  ms: 120,
  answers: prompts.map(({ prompt, expected }, i) => {
    const correct = step >= 60 + 20 * i
    return { prompt, expected, answer: correct ? expected : (tries[Math.min(2, Math.floor(step / 25))] ?? ''), correct }
  }),
})

/** The same two examples; the loss of every token falls with the steps, of some less. */
export function testReading(step: number, steps: number): RunEvent {
  const left = 1 - 0.9 * (step / steps)
  const example = ({ prompt, expected }: { readonly prompt: string; readonly expected: string }): ReadToken[] => [
    { text: '<s>', special: true },
    ...(prompt.match(/\s?\S+/g) ?? []).map((text) => ({ text })),
    { text: '\n' },
    ...(expected.match(/\s?\S+/g) ?? []).map((text, i) => ({ text, loss: (i === 1 ? 6 : 0.4 + ((i * 7) % 5)) * (i === 1 ? 1 : left) })),
    { text: '</s>', special: true, loss: 0.2 * left },
  ]
  return { type: 'reading', step, examples: prompts.map(example) }
}

/** Six layers, the upper ones with the larger gradient. */
export const testLayers = (step: number): RunEvent => ({
  type: 'layers',
  step,
  layers: 6,
  norms: Array.from({ length: 6 }, (_, i) => [i, (0.05 + 0.1 * i) * (0.4 + Math.exp(-step / 40)) * (1 + 0.3 * Math.sin(step * 3.1 + i))] as const),
})
