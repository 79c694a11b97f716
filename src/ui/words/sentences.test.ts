// What other rooms say on the page is known in every language: every sentence of a failure that a person can meet, every reason,
// and every word of a declaration. The sentences are read out of the sources, so that a new one is missed here first.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'
import { methods } from '../../methods/registry.ts'
import { presets } from '../../methods/presets.ts'
import { baseOptions } from '../../protocol/baseOptions.ts'
import type { OptionSpecs } from '../../protocol/options.ts'
import { trainingOptions } from '../../protocol/training.ts'
import { combineOptions } from '../combineOptions.ts'
import { dataOptions, evaluationOptions, samplingOptions, seedOption, shapingOptions } from '../recipeOptions.ts'
import { de } from './de.ts'
import { sentences } from './sentences.ts'

/** Refusals are put together from tables of sentences: all of theirs count. */
const TABLES = /(hubRefusal|pushRefusal|damage|storageFault|offerSlower)\.ts$/

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Rooms that speak to the page. The others' failures are the page's own mistakes, or the command line's. */
const ROOMS = ['adapters', 'data', 'families', 'files', 'gpu', 'methods', 'onnx', 'protocol', 'storage', 'store', 'train', 'workers']
/** Node.js alone, a shader that does not compile, a file that was written wrongly. */
const NOT_MET = /(dawn|wgsl|nodeSource|nodeRecords|writeGguf|writeSafetensors)\.ts$/
const sources = ROOMS.flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(root, room, name))).filter(
  (path) => path.endsWith('.ts') && !/\.test\.ts$|\/test[A-Z]\w*\.ts$/.test(path) && !NOT_MET.test(path),
)

interface Tree {
  readonly type: string
  readonly [key: string]: unknown
}

/** The sentences that an expression can be, with {} for each part; undefined for what is no text of its own. */
function textsOf(node: unknown): readonly string[] {
  const n = node as (Tree & { value?: unknown; quasis?: { value: { cooked: string } }[]; operator?: string }) | undefined
  switch (n?.type) {
    case 'Literal':
      return typeof n.value === 'string' ? [n.value] : []
    case 'TemplateLiteral':
      return [n.quasis!.map((q) => q.value.cooked).join('{}')]
    case 'ConditionalExpression':
      return [...textsOf(n['consequent']), ...textsOf(n['alternate'])]
    case 'LogicalExpression':
      return [...textsOf(n['left']), ...textsOf(n['right'])]
    default:
      return []
  }
}

function* nodes(node: unknown): Generator<Tree> {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const child of node) yield* nodes(child)
    return
  }
  if ('type' in node) yield node as Tree
  for (const child of Object.values(node)) yield* nodes(child)
}

function saidIn(path: string): readonly string[] {
  const tree = parseSync(path, readFileSync(path, 'utf8')).program
  const found: string[] = []
  for (const node of nodes(tree)) {
    const given = node['arguments'] as readonly (Tree & { value?: unknown })[] | undefined
    if (node.type === 'NewExpression' && (node['callee'] as { name?: string }).name === 'Fault' && given?.[0]?.value !== 'internal') found.push(...textsOf(given?.[1]), ...textsOf(given?.[2]))
    if (TABLES.test(path)) found.push(...textsOf(node).filter((text) => / .*\.$/.test(text)))
    if (node.type === 'Property' && ['message', 'hint', 'reason'].includes((node['key'] as { name?: string }).name ?? '')) found.push(...textsOf(node['value']))
  }
  return found
}

const told = sentences(de.sentences)
/** As it is said, with something in each gap. */
const spoken = (text: string): string => text.replaceAll('{}', '7')

describe('German', () => {
  it('knows every failure and every reason that a person can meet', () => {
    const said = sources.flatMap((path) => saidIn(path).map((text) => [path.slice(root.length), text] as const))
    expect(said.length).toBeGreaterThan(400)
    expect(said.filter(([, text]) => !told(spoken(text)).isKnown).map((s) => s.join(': '))).toEqual([])
  })

  it('knows every word of every method, of combining and of the presets', () => {
    /** Names of PEFT, of a file or of a paper. */
    const isName = (text: string): boolean => /^[a-z0-9_]+$|^deltaT$/.test(text) || /^(AdaLoRA|Compacter(\+\+)?|Gated LoRA|LoHa|LoKr|LoRA|VeRA|P-tuning( v2)?|BitFit|\(IA\)³|MAM|UniPELT|MLP|LSTM|ReLU|GELU|SiLU|PiSSA|OLoRA)$/.test(text)
    const missing: string[] = []
    const check = (where: string, text: string | undefined): void => {
      if (text !== undefined && text !== '' && !isName(text) && !told(text).isKnown) missing.push(`${where}: ${text}`)
    }
    const own = { Training: trainingOptions, Data: dataOptions, Rows: shapingOptions, Test: { ...evaluationOptions, ...seedOption }, Sampling: samplingOptions, 'Frozen weights on the GPU': baseOptions, 'How to combine': combineOptions }
    const forms = [...methods.values(), ...Object.entries(own).map(([label, options]: [string, OptionSpecs]) => ({ label, summary: '', options }))]
    for (const { label, summary, options } of forms) {
      if (summary !== '') check(label, label)
      check(label, summary)
      for (const [name, spec] of Object.entries(options)) {
        const own = de.options[`${label}.${name}`] ?? de.options[name]
        if (!own) for (const text of [spec.label, spec.help, spec.kind === 'number' ? spec.unit : undefined]) check(`${label}.${name}`, text)
        if (spec.kind === 'choice') for (const c of spec.choices) for (const text of [own?.choices?.[c.value] === undefined ? c.label : undefined, c.help]) check(`${label}.${name}`, text)
        if (spec.group !== undefined && de.groups[spec.group] === undefined) check(`${label}.${name}`, spec.group)
      }
    }
    for (const { label, summary } of presets) for (const text of [label, summary]) check(label, text)
    expect(missing).toEqual([])
  })

  it('knows titles and descriptions of the samples', () => {
    const samples = JSON.parse(readFileSync(join(root, '../public/samples/index.json'), 'utf8')) as readonly { title: string; description: string }[]
    expect(samples.flatMap((s) => [s.title, s.description]).filter((text) => !told(text).isKnown)).toEqual([])
  })

  it('says nothing of sentences that nobody says', () => {
    const text = [...sources.map((path) => readFileSync(path, 'utf8')), readFileSync(join(root, 'ui/combineOptions.ts'), 'utf8'), readFileSync(join(root, '../public/samples/index.json'), 'utf8')].join('\n')
    const isSaid = (piece: string): boolean => text.includes(piece) || text.includes(piece.replaceAll("'", "\\'"))
    const stale = Object.keys(de.sentences).filter((key) => !COMPOSED.has(key) && !key.split('{}').every((piece) => isSaid(piece.replace(/^, /, ''))))
    expect(stale).toEqual([])
  })
})

/** Put together from more than one piece where they are said. */
const COMPOSED: ReadonlySet<string> = new Set([
  '{} must be a number.',
  '1 row holds words with a label each, and the model learns to write the labels one after another.',
  '{} rows hold words with a label each, and the model learns to write the labels one after another.',
  'says what an earlier one says.',
  'says what an earlier one says and was left out.',
  'say what an earlier one says and were left out.',
  '1 row is',
  '{} rows are',
  '{} must be text.',
  '{} is not a list of messages.',
  '{} must be an object with role and content.',
  '{} has no assistant turn, so there is nothing to learn.',
  '{} has no assistant turn with a weight above 0, so there is nothing to learn.',
])

describe('sentences', () => {
  const say = sentences({ 'No {} is open.': 'Kein {} ist offen.', '{} differs from {}: {}.': '{2} ist anders als {1}: {3}.', 'it is empty': 'es ist leer', 'Wait.': 'Warten.', '{}: {}': '{}: {}' })
  it('puts the parts in, in the order of the language, and translates what it knows of them', () => {
    expect(say('No model is open.')).toEqual({ text: 'Kein model ist offen.', isKnown: true })
    expect(say('A differs from B: it is empty.').text).toBe('B ist anders als A: es ist leer.')
    expect(say('No model is open. Wait.')).toEqual({ text: 'Kein model ist offen. Warten.', isKnown: true })
  })
  it('leaves what it does not know, and says so', () => {
    expect(say('Nothing of that.')).toEqual({ text: 'Nothing of that.', isKnown: false })
    expect(say('line 4: nothing')).toEqual({ text: 'line 4: nothing', isKnown: false })
    expect(say('No model is open. Never.').isKnown).toBe(false)
    expect(say('12 %').isKnown).toBe(true)
  })
  it('takes no longer for a long name', () => {
    const began = performance.now()
    for (let i = 0; i < 20; i++) say(`${'differs from '.repeat(20_000)}${i}`)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
