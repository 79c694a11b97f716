// The command line of `npm run bench`, read into plain values.
import { Fault } from '../../protocol/failure.ts'
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

export function readOptions(argv: readonly string[]): BenchOptions {
  const flags = new Set<string>()
  const values = new Map<string, string>()
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]
    if (['--dawn', '--software', '--quick'].includes(word)) flags.add(word)
    else if (['--only', '--no', '--rounds', '--python', '--json', '--readme', '--bundle'].includes(word)) {
      const value = argv[++i]
      if (value === undefined || value.startsWith('--')) throw new Fault('bad-recipe', `${word} needs a value.`, USAGE)
      values.set(word, value)
    } else throw new Fault('bad-recipe', `bench does not know ${word}.`, USAGE)
  }
  const standard = [...presets.keys(), ...SECTIONS]
  const known: readonly string[] = [...standard, ...EXTRAS]
  const named = values.get('--only')?.split(',')
  const stranger = named?.find((name) => !known.includes(name))
  if (stranger !== undefined) throw new Fault('bad-recipe', `bench does not measure ${stranger}; it measures ${known.join(', ')}.`, USAGE)
  const without = values.get('--no')?.split(',') ?? []
  const unknown = without.find((name) => !(PEERS as readonly string[]).includes(name) && name !== 'peers')
  if (unknown !== undefined) throw new Fault('bad-recipe', `bench has no library ${unknown} to leave out; it has ${PEERS.join(', ')}, or peers for all of them.`, USAGE)
  const rounds = Number(values.get('--rounds') ?? (flags.has('--quick') ? 3 : 7))
  if (!Number.isInteger(rounds) || rounds < 1) throw new Fault('bad-recipe', `--rounds must be a whole number above 0, found ${values.get('--rounds')}.`, USAGE)
  const [python, json, readme, bundle] = [values.get('--python'), values.get('--json'), values.get('--readme'), values.get('--bundle')]
  if (python !== undefined && !flags.has('--dawn')) throw new Fault('bad-recipe', '--python wants --dawn: a page cannot start another program.', USAGE)
  return {
    dawn: flags.has('--dawn'), software: flags.has('--software'), quick: flags.has('--quick'), rounds, patient: named !== undefined,
    only: named ? known.filter((name) => named.includes(name)) : standard,
    peers: PEERS.filter((name) => !without.includes('peers') && !without.includes(name)),
    ...(python !== undefined && { python }), ...(json !== undefined && { json }), ...(readme !== undefined && { readme: readme.split(',') }), ...(bundle !== undefined && { bundle }),
  }
}
