// Cached generation of a bare model: eight prompts of different lengths, one after the other and all at once. The tokens must be
// the same; what is compared is processor time on a software adapter, else time on the clock.
import { mount, subjectOf } from '../../train/base.ts'
import { Decoder } from '../../train/decoder.ts'
import { generate } from '../../train/generate.ts'
import { GREEDY } from '../../train/sampleToken.ts'
import type { Bench } from './bench.ts'
import { interleave } from './interleave.ts'
import { openPreset, type Preset } from './presets.ts'

const ROWS = 8
const TOKENS = 32
const LONGEST = 40

export async function timeDecoding(bench: Bench, preset: Preset): Promise<void> {
  bench.say(`generation, ${preset.name}`)
  const model = await openPreset(preset, bench.readStarter)
  const { vocabulary } = model.family.dimensions(model.config)
  const base = mount(model, await bench.open())
  const subject = subjectOf(model, [])
  await base.weights.load(subject.census.weights)
  const prompts = Array.from({ length: ROWS }, (_, row) => Int32Array.from({ length: LONGEST - 3 * row }, (_, i) => (5 + 37 * row + 11 * i) % vocabulary))
  const [one, all] = [await Decoder.make(base, subject, undefined, 1, LONGEST + TOKENS, 64), await Decoder.make(base, subject, undefined, ROWS, LONGEST + TOKENS, 64)]
  const options = { maxNewTokens: TOKENS, sampling: GREEDY, stop: new Set<number>() }
  const together = async (decoder: Decoder, asked: readonly Int32Array[]): Promise<number[][]> => {
    const found = asked.map((): number[] => [])
    for await (const { row, token } of generate(decoder, asked, options)) found[row].push(token)
    return found
  }
  const inTurn = async (): Promise<number[][]> => {
    const found: number[][] = []
    for (const prompt of prompts) found.push(...(await together(one, [prompt])))
    return found
  }
  const same = JSON.stringify(await inTurn()) === JSON.stringify(await together(all, prompts))
  const repeat = (work: () => Promise<unknown>) => async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await work()
  }
  const ids = Int32Array.from({ length: ROWS }, () => 7)
  const positions = ids.map(() => LONGEST)
  const arms = [
    { name: 'one by one', run: repeat(inTurn) },
    { name: 'all at once', run: repeat(() => together(all, prompts)) },
    { name: 'a step of one row', run: repeat(() => one.step(ids.slice(0, 1), positions.slice(0, 1))) },
    { name: 'a step of eight rows', run: repeat(() => all.step(ids, positions)) },
    { name: 'reading one prompt', run: repeat(() => one.read(0, prompts[0])) },
  ]
  const found = await interleave(arms, bench)
  console.log(`${preset.name}, ${ROWS} prompts of ${prompts.at(-1)!.length} to ${LONGEST} tokens, ${TOKENS} new tokens each, ${same ? 'the same' : 'NOT the same'} either way`)
  for (const { name } of arms) {
    const { wall, cpu } = found.get(name)!
    console.log(`  ${name}: ${wall.median.toFixed(1)} ms (${wall.min.toFixed(1)}–${wall.max.toFixed(1)})${cpu ? `, ${cpu.median.toFixed(1)} ms of processor time` : ''}`)
  }
  for (const decoder of [one, all]) decoder.dispose()
  base.weights.dispose()
}
