// Cached generation of a preset's bare model: tokens per second for one row and for eight.
import { mount, subjectOf } from '../../train/base.ts'
import { Decoder } from '../../train/decoder.ts'
import type { Bench } from './bench.ts'
import { openPreset, type Preset } from './presets.ts'
import { medianOf } from './spread.ts'

const PROMPT = 32
const TOKENS = 16

export async function timeDecoding(bench: Bench, preset: Preset): Promise<void> {
  const model = await openPreset(preset, bench.readStarter)
  const base = mount(model, await bench.open())
  const subject = subjectOf(model, [])
  await base.weights.load(subject.census.weights)
  for (const rows of [1, 8]) {
    const decoder = await Decoder.make(base, subject, undefined, rows, PROMPT + TOKENS + 1)
    const prompt = (): Promise<unknown> => decoder.prompt(Array.from({ length: rows }, () => Int32Array.from({ length: PROMPT }, (_, i) => i + 5)))
    const began = performance.now()
    await prompt()
    const first = performance.now() - began
    const again = performance.now()
    await prompt()
    const read = performance.now() - again
    const times: number[] = []
    for (let i = 0; i < TOKENS; i++) {
      const from = performance.now()
      await decoder.step(new Int32Array(rows).fill(7), new Int32Array(rows).fill(PROMPT + i))
      times.push(performance.now() - from)
    }
    const ms = medianOf(times)
    console.log(`${preset.name}, ${rows} row${rows > 1 ? 's' : ''}: prompt of ${PROMPT} tokens ${first.toFixed(0)} ms the first time, then ${read.toFixed(0)} ms; a token ${ms.toFixed(1)} ms, ${((1000 * rows) / ms).toFixed(0)} tokens/s`)
    decoder.dispose()
  }
}
