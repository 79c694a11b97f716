// The command line of `npm run bench`, read into plain values.
import { Arguments } from '../arguments.ts'
import { presets } from './presets.ts'

export const USAGE = `npm run bench -- [--dawn] [--software] [--only NAME,NAME] [--no NAME,NAME] [--quick] [--rounds N] [--json FILE]
npm run bench -- --dawn --python PYTHON …
npm run bench -- --readme FILE.json,FILE.json
npm run bench -- --bundle FILE.mjs`

/** Measurements that are not a preset's step. `kernels`, `decode` and `profile` are looked at while tuning, and run only when named. */
const SECTIONS = ['ceiling', 'matmul', 'attention', 'loss', 'overhead', 'growth'] as const
const EXTRAS = ['kernels', 'decode', 'profile'] as const
export const PEERS = ['jax-js', 'tfjs', 'onnxruntime-web'] as const

export interface BenchOptions {
  readonly dawn: boolean
  readonly software: boolean
  readonly quick: boolean
  readonly rounds: number
  /** Names were given: what takes minutes is measured too. */
  readonly patient: boolean
  /** Names of sections and presets, in the order in which they are measured. */
  readonly only: readonly string[]
  readonly peers: readonly string[]
  /** A Python whose PyTorch is measured beside ours. */
  readonly python?: string
  readonly json?: string
  readonly readme?: readonly string[]
  readonly bundle?: string
}

const SWITCHES = ['--dawn', '--software', '--quick']

export function readOptions(argv: readonly string[]): BenchOptions {
  const args = new Arguments(argv, USAGE, SWITCHES)
  args.allow([...SWITCHES, '--only', '--no', '--rounds', '--python', '--json', '--readme', '--bundle'])
  args.operands(0, 0, 'options only')
  const standard = [...presets.keys(), ...SECTIONS]
  const known: readonly string[] = [...standard, ...EXTRAS]
  const named = args.text('--only')?.split(',')
  const stranger = named?.find((name) => !known.includes(name))
  if (stranger !== undefined) throw args.wrong(`bench does not measure ${stranger}; it measures ${known.join(', ')}.`)
  const without = args.text('--no')?.split(',') ?? []
  const unknown = without.find((name) => !(PEERS as readonly string[]).includes(name) && name !== 'peers')
  if (unknown !== undefined) throw args.wrong(`bench has no library ${unknown} to leave out; it has ${PEERS.join(', ')}, or peers for all of them.`)
  const [dawn, quick] = [args.has('--dawn'), args.has('--quick')]
  const [python, json, readme, bundle] = [args.text('--python'), args.text('--json'), args.text('--readme'), args.text('--bundle')]
  if (python !== undefined && !dawn) throw args.wrong('--python wants --dawn: a page cannot start another program.')
  return {
    dawn, software: args.has('--software'), quick, rounds: args.count('--rounds', quick ? 3 : 7), patient: named !== undefined,
    only: named ? known.filter((name) => named.includes(name)) : standard,
    peers: PEERS.filter((name) => !without.includes('peers') && !without.includes(name)),
    ...(python !== undefined && { python }), ...(json !== undefined && { json }), ...(readme !== undefined && { readme: readme.split(',') }), ...(bundle !== undefined && { bundle }),
  }
}
