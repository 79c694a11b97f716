// Cached generation: eight prompts of different lengths, one after the other and all at once, and an answer of the base beside one
// with a LoRA on every layer, each by itself and in one batch. The tokens must be the same; what is compared is processor time on
// a software adapter, else time on the clock.
import { attachAll } from '../../methods/registry.ts'
import type { AdapterUse } from '../../protocol/adapters.ts'
import { AdapterDeck, type Speaker } from '../../train/adapterDeck.ts'
import { mount, subjectOf, type Base } from '../../train/base.ts'
import { Decoder, type Voice } from '../../train/decoder.ts'
import { freshValues } from '../../train/freshValues.ts'
import { generate } from '../../train/generate.ts'
import { fittingOf } from '../../train/openAdapter.ts'
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
  const inTurn = async (): Promise<number[][]> => {
    const found: number[][] = []
    for (const prompt of prompts) found.push(...(await written(one, [prompt])))
    return found
  }
  const pair = await pairOf(base, prompts[0])
  const same = JSON.stringify(await inTurn()) === JSON.stringify(await written(all, prompts)) && JSON.stringify(await pair.apart()) === JSON.stringify(await pair.together())
  const repeat = (work: () => Promise<unknown>) => async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await work()
  }
  const ids = Int32Array.from({ length: ROWS }, () => 7)
  const positions = ids.map(() => LONGEST)
  const arms = [
    { name: 'one by one', run: repeat(inTurn) },
    { name: 'all at once', run: repeat(() => written(all, prompts)) },
    { name: 'a step of one row', run: repeat(() => one.step(ids.slice(0, 1), positions.slice(0, 1))) },
    { name: 'a step of eight rows', run: repeat(() => all.step(ids, positions)) },
    { name: 'reading one prompt', run: repeat(() => one.read(0, prompts[0])) },
    { name: 'base, then LoRA', run: repeat(pair.apart) },
    { name: 'base and LoRA at once', run: repeat(pair.together) },
  ]
  const found = await interleave(arms, bench)
  console.log(`${preset.name}, ${ROWS} prompts of ${prompts.at(-1)!.length} to ${LONGEST} tokens, ${TOKENS} new tokens each, ${same ? 'the same' : 'NOT the same'} either way`)
  for (const { name } of arms) {
    const { wall, cpu } = found.get(name)!
    console.log(`  ${name}: ${wall.median.toFixed(1)} ms (${wall.min.toFixed(1)}–${wall.max.toFixed(1)})${cpu ? `, ${cpu.median.toFixed(1)} ms of processor time` : ''}`)
  }
  for (const decoder of [one, all]) decoder.dispose()
  await pair.deck.dispose()
  base.weights.dispose()
}

async function written(decoder: Voice, prompts: readonly Int32Array[]): Promise<number[][]> {
  const found = prompts.map((): number[] => [])
  for await (const { row, token } of generate(decoder, prompts, { maxNewTokens: TOKENS, sampling: GREEDY, stop: new Set() })) found[row].push(token)
  return found
}

/** One prompt for the base and for a LoRA of rank 16 whose values are far from where it starts. */
async function pairOf(base: Base, prompt: Int32Array) {
  const subject = subjectOf(base, attachAll([{ id: 'lora', options: { r: 16, target_modules: ['all-linear'] } }], base.outline))
  const values = (await freshValues(base, subject.layout, 1)).map((x, i) => x + 0.02 * Math.sin(i))
  const deck = new AdapterDeck(base)
  await deck.hold('lora', '1', () => Promise.resolve({ ...fittingOf(subject), values }))
  const sets: readonly (readonly AdapterUse[])[] = [[], [{ id: 'lora', weight: 1 }]]
  const capacity = prompt.length + TOKENS
  const answer = async (coming: Promise<Speaker>, uses: readonly AdapterUse[]): Promise<number[][]> => {
    const speaker = await coming
    const found = await written(await speaker.decoder(uses), [prompt])
    speaker.leave()
    return found
  }
  return {
    deck,
    async apart() {
      const found: number[][][] = []
      for (const uses of sets) found.push(await answer(deck.speak([uses], capacity), uses))
      return found
    },
    together: () => Promise.all(deck.speakTogether(sets.map((uses) => ({ sets: [uses], capacity }))).map((coming, i) => answer(coming, sets[i]))),
  }
}
