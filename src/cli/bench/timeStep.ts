// Which ops the time of one training step goes to.
import type { Command } from '../../engine/record.ts'
import type { Gpu } from '../../gpu/device.ts'
import { attachAll } from '../../methods/registry.ts'
import type { Bench } from './bench.ts'
import { openPreset, type Preset } from './presets.ts'
import { medianOf } from './spread.ts'
import { printTable, timeCommands } from './stopwatch.ts'
import { fullBatch, studioTraining } from './studioTraining.ts'

const ROUNDS = 5

export async function timeStep(bench: Bench, preset: Preset): Promise<void> {
  const model = await openPreset(preset, bench.readStarter)
  const gpu = await bench.open()
  const training = await studioTraining(gpu, model, attachAll(preset.methods, model.outline), fullBatch(preset.batch, preset.length, model.family.dimensions(model.config).vocabulary))
  console.log(`${preset.name}: ${preset.says}; ${preset.batch} × ${preset.length} tokens`)
  await profile(gpu, training.recording.commands)
  training.dispose()
  gpu.device.destroy()
}

/** Time of all dispatches of one op together, each op on its own, in turns. */
async function profile({ device }: Gpu, commands: readonly Command[]): Promise<void> {
  const kinds = new Map<string, Command[]>()
  for (const c of commands) {
    const kind = c.kind === 'copy' ? 'copy' : (c.label.split(' ').at(-1) ?? c.label)
    kinds.set(kind, [...(kinds.get(kind) ?? []), c])
  }
  const times = new Map([...kinds.keys()].map((kind) => [kind, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) for (const [kind, list] of kinds) times.get(kind)!.push(await timeCommands(device, list))
  const found = [...kinds].map(([kind, list]) => ({ kind, count: list.length, ms: medianOf(times.get(kind)!), flops: list.reduce((n, c) => n + c.flops, 0) }))
  const all = found.reduce((n, f) => n + f.ms, 0)
  printTable(
    ['op, all its dispatches', 'count', 'ms', '%', 'GFLOP/s'],
    found
      .toSorted((a, b) => b.ms - a.ms)
      .map((f) => [f.kind, String(f.count), f.ms.toFixed(1), ((100 * f.ms) / all).toFixed(1), f.flops > 0 ? (f.flops / f.ms / 1e6).toFixed(1) : '']),
  )
}
