import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findPython, runPython, withoutPython } from '../../../e2e/golden/findPython.ts'
import { goldenRoot } from '../../../e2e/golden/goldenFiles.ts'
import { readLora } from '../../adapters/loraAdapter.ts'
import { differenceOf, updates } from '../../adapters/testAdapter.ts'
import { readAdapter } from '../../files/adapter.ts'
import { openModelFolder } from '../../files/openModelFolder.ts'
import { readGguf } from '../../files/gguf/readGguf.ts'
import { fileSource, readFolder } from '../../files/nodeSource.ts'
import { main, USAGE } from '../adapter.ts'

const trained = (name: string): string => join(goldenRoot, 'cases', name, 'adapter')
const model = (name: string): string => join(goldenRoot, 'models', name)
const open = async (folder: string): Promise<ReturnType<typeof readLora>> => readLora(await readAdapter(await readFolder(folder)))

let room = ''
let printed = ''
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'tunesmith-adapter-'))
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed += `${text}\n`
  })
})
afterAll(() => rm(room, { recursive: true, force: true }))

/** Runs the command; its folder. */
async function make(name: string, ...argv: string[]): Promise<string> {
  const out = join(room, name)
  printed = ''
  expect(await main([...argv, '--out', out])).toBe(0)
  return out
}

describe('npm run adapter', () => {
  it('stacks and averages, as combine does', async () => {
    const [a, b] = [trained('llama__lora_qv'), trained('llama__lora_all')]
    const stacked = await make('stack', 'stack', a, b)
    expect(printed).toContain('An adapter of rank 9')
    const [ua, ub, both] = [updates(await open(a)), updates(await open(b)), updates(await open(stacked))]
    expect(both.size).toBe(ub.size)
    for (const [path, x] of ub) expect(differenceOf(both.get(path)!, x.map((v, i) => v + (ua.get(path)?.[i] ?? 0))), path).toBeLessThan(1e-6)
    const mean = updates(await open(await make('mean', 'average', a, b, '--updates', '--weights', '1,3')))
    for (const [path, x] of ub) expect(differenceOf(mean.get(path)!, x.map((v, i) => 0.75 * v + 0.25 * (ua.get(path)?.[i] ?? 0))), path).toBeLessThan(1e-6)
    const less = updates(await open(await make('less', 'combine', a, b, '--weights', '1,-0.5')))
    for (const [path, x] of ub) expect(differenceOf(less.get(path)!, x.map((v, i) => -0.5 * v + (ua.get(path)?.[i] ?? 0))), path).toBeLessThan(1e-6)
  })

  it('compresses, and says what each layer keeps', async () => {
    const small = await open(await make('small', 'compress', trained('llama__lora_all'), '--rank', '2'))
    expect([...small.modules.values()].every((m) => m.rank === 2)).toBe(true)
    expect(printed).toMatch(/model\.layers\.0\.self_attn\.q_proj +rank 4 → 2, keeps \d\d\.\d\d %/)
    await make('least', 'compress', trained('llama__lora_all'), '--energy', '0.7')
    expect(printed).toMatch(/It keeps (7\d|8\d|9\d)\.\d\d % of the squared singular values/)
  })

  it('merges into a model folder of the base’s own files and types', async () => {
    const out = await make('merged', 'merge', model('llama_bf16_sharded'), trained('llama_bf16_sharded__lora_qv'))
    const files = (await readdir(out)).toSorted()
    const kept = (await readdir(model('llama_bf16_sharded'))).filter((name) => !/safetensors|^config/.test(name))
    expect(files).toEqual([...kept, 'README.md', 'config.json', 'model.safetensors'].toSorted())
    expect(await readFile(join(out, 'tokenizer.json'))).toEqual(await readFile(join(model('llama_bf16_sharded'), 'tokenizer.json')))
    const folder = await openModelFolder(await readFolder(out))
    const base = await openModelFolder(await readFolder(model('llama_bf16_sharded')))
    expect(await folder.hash()).not.toBe(await base.hash())
    const changed: string[] = []
    for (const [name, entry] of base.tensors) {
      const now = folder.tensors.get(name)!
      expect(now).toMatchObject({ dtype: entry.dtype, shape: entry.shape })
      if (Buffer.compare(await now.read(), await entry.read()) !== 0) changed.push(name)
    }
    expect(changed.toSorted()).toEqual([0, 1].flatMap((l) => ['q', 'v'].map((x) => `model.layers.${l}.self_attn.${x}_proj.weight`)))
    expect(printed).toContain('4 of 21 tensors are merged')
    const wide = await openModelFolder(await readFolder(await make('wide', 'merge', model('llama_bf16_sharded'), trained('llama_bf16_sharded__lora_qv'), '--f32', '--weights', '0.5')))
    expect(wide.tensors.get(changed[0])!.dtype).toBe('F32')
  })

  it('writes an ONNX folder, merged on the way', async () => {
    const out = await make('onnx', 'onnx', model('gpt2'), trained('gpt2__lora_all'), '--dtype', 'fp16')
    expect((await readdir(out, { recursive: true })).toSorted()).toEqual(expect.arrayContaining(['README.md', 'config.json', 'onnx/model_fp16.onnx', 'tokenizer.json', 'tokenizer_config.json']))
    expect(printed).toMatch(/An ONNX model in fp16, \d+ kB, with 1 adapter merged in\./)
    const plain = await make('onnx-plain', 'onnx', model('gpt2'), '--dtype', 'fp16')
    const [merged, base] = [await readFile(join(out, 'onnx/model_fp16.onnx')), await readFile(join(plain, 'onnx/model_fp16.onnx'))]
    expect(merged.length).toBe(base.length)
    expect(merged.equals(base)).toBe(false)
  })

  it('merges into shards of a size, with the index that names them', async () => {
    const [base, lora] = [model('llama_bf16_sharded'), trained('llama_bf16_sharded__lora_qv')]
    const whole = await openModelFolder(await readFolder(await make('whole', 'merge', base, lora)))
    const out = await make('sharded', 'merge', base, lora, '--max-shard-size', '40kB')
    const shards = (await readdir(out)).filter((name) => name.endsWith('.safetensors'))
    expect(shards.length).toBeGreaterThan(1)
    expect(printed).toContain(` in ${shards.length} shards`)
    const { weight_map: map } = JSON.parse(await readFile(join(out, 'model.safetensors.index.json'), 'utf8')) as { weight_map: Record<string, string> }
    expect([...new Set(Object.values(map))].toSorted()).toEqual(shards.toSorted())
    const parts = await openModelFolder(await readFolder(out))
    expect([...parts.tensors.keys()].toSorted()).toEqual([...whole.tensors.keys()].toSorted())
    for (const [name, entry] of whole.tensors) expect(Buffer.compare(await parts.tensors.get(name)!.read(), await entry.read()), name).toBe(0)
  })

  it('writes GGUF, which opens as a base again, and a LoRA for llama.cpp', async () => {
    const [base, lora] = [model('llama'), trained('llama__lora_qv')]
    const file = await make('merged.gguf', 'gguf', base, lora, '--type', 'F32')
    expect(printed).toContain('A GGUF file in F32')
    const merged = await openModelFolder(await readFolder(await make('as-folder', 'merge', base, lora)))
    const read = await openModelFolder(new Map([['merged.gguf', await fileSource(file)]]))
    for (const [name, entry] of merged.tensors) expect(Buffer.compare(await read.tensors.get(name)!.read(), await entry.read()), name).toBe(0)
    // The same LoRA fits the file as it fits the folder.
    await make('lora.gguf', 'gguf-lora', await make('base.gguf', 'gguf', base), lora)
    expect(printed).toContain('A LoRA as GGUF')
    expect((await readGguf(await fileSource(join(room, 'lora.gguf')))).metadata.get('general.type')?.value).toBe('adapter')
  })

  it('leaves the blocks of a GGUF base as they are where nothing is merged, and says how when it is asked for a folder', async () => {
    const [base, lora] = [await make('blocks.gguf', 'gguf', model('llama'), '--type', 'Q8_0'), trained('llama__lora_qv')]
    const [before, after] = [await readGguf(await fileSource(base)), await readGguf(await fileSource(await make('kept.gguf', 'gguf', base, lora, '--type', 'base')))]
    expect(printed).toContain('with the blocks of its base, Q8_0 where adapters changed them')
    expect([...after.tensors.values()].map((t) => [t.name, t.type])).toEqual([...before.tensors.values()].map((t) => [t.name, t.type]))
    await expect(main(['merge', base, lora, '--out', join(room, 'no')])).rejects.toMatchObject({ hint: expect.stringContaining(`gguf ${base} ${lora} --type base --out merged.gguf`) as string })
  })

  it.each([
    { argv: ['blend', 'x'], says: 'no command blend' },
    { argv: ['stack', 'x', '--out', 'y'], says: 'at least 2 folders' },
    { argv: ['stack', trained('llama__lora_qv'), trained('llama__lora_qv')], says: '--out is missing' },
    { argv: ['combine', 'x', 'y', '--rnak', '3'], says: 'no option --rnak' },
    { argv: ['combine', 'x', 'y', '--weights'], says: '--weights needs a value' },
    { argv: ['combine', trained('llama__lora_qv'), trained('llama__lora_qv'), '--weights', '1,b'], says: 'takes numbers, found 1,b' },
    { argv: ['combine', trained('llama__lora_qv'), trained('llama__lora_qv'), '--type', 'mix'], says: '--type takes cat, svd' },
    { argv: ['compress', trained('llama__lora_qv'), '--out', 'y'], says: 'either --rank or --energy' },
    { argv: ['merge', model('llama'), trained('llama__lora_qv'), '--out', model('llama')], says: 'overwrite its base' },
    { argv: ['onnx', model('llama'), '--out', model('llama')], says: 'overwrite its base' },
    { argv: ['gguf', model('llama'), '--out', 'y'], says: 'not the name of a GGUF file' },
    { argv: ['gguf', model('llama'), '--type', 'Q4_0', '--out', 'y.gguf'], says: '--type takes F32, F16, Q8_0, base; found Q4_0' },
    { argv: ['gguf-lora', model('llama'), '--out', 'y.gguf'], says: 'Expected a model and one adapter' },
    { argv: ['merge', model('llama'), '--out', 'y'], says: 'Expected a model and at least one adapter' },
    { argv: ['merge', trained('llama__lora_qv'), model('llama'), '--out', 'y'], says: 'is an adapter, and the model comes first' },
    { argv: ['combine', trained('llama__lora_qv'), trained('llama__lora_all'), '--out', trained('llama__lora_qv')], says: 'would be overwritten' },
    { argv: ['combine', trained('llama__lora_qv'), model('llama'), '--out', 'y'], says: `${model('llama')}: This is not a complete PEFT adapter` },
    { argv: ['compress', trained('llama__lora_qv'), '--rank', '64', '--out', 'y'], says: 'their ranks are 5 already' },
    { argv: ['average', trained('llama__lora_qv'), trained('llama__lora_all'), '--rank', '2', '--out', 'y'], says: '--rank goes with --updates' },
    { argv: ['merge', model('llama'), trained('llama__lora_qv'), '--max-shard-size', '0GB', '--out', 'y'], says: 'a size such as 5GB' },
    { argv: ['onnx', model('llama'), '--dtype', 'int8', '--out', 'y'], says: '--dtype takes fp32, fp16; found int8' },
    { argv: ['merge', model('qwen2'), trained('llama__lora_embed_head'), '--out', 'y'], says: 'does not fit the open model' },
  ])('says what is wrong: $says', async ({ argv, says }) => expect(main(argv)).rejects.toThrow(says))

  it('says that adapters of other ranks are averaged by what they add', async () => {
    await expect(main(['average', trained('llama__lora_qv'), trained('llama__lora_all'), '--out', 'y'])).rejects.toMatchObject({ hint: expect.stringContaining('With --updates') as string })
  })

  it('explains itself', async () => {
    for (const word of ['combine', 'stack', 'average', 'compress', 'merge', 'onnx', 'gguf-lora', 'dare_ties_svd']) expect(USAGE).toContain(word)
    printed = ''
    expect(await main([])).toBe(2)
    expect(printed).toContain(USAGE)
  })
})

// Each as PEFT and transformers load it: no key missing or too many.
describe('what it writes loads in the real libraries', () => {
  it.for([
    { base: 'llama', argv: ['combine', trained('llama__lora_all'), trained('llama__lora_embed_head'), '--type', 'svd'], script: 'check_adapter.py' },
    { base: 'gpt2', argv: ['compress', trained('gpt2__lora_bias_all'), '--energy', '0.8'], script: 'check_adapter.py' },
    { base: 'gpt2_hub_layout', argv: ['merge', model('gpt2_hub_layout'), trained('gpt2__lora_all')], script: 'check_merged.py' },
  ])('$argv.0 for $base', { timeout: 300_000 }, async ({ base, argv, script }, context) => {
    const python = await findPython()
    if (!python) return context.skip(withoutPython)
    const out = await make(`python-${argv[0]}-${base}`, ...argv)
    await runPython(python, script, [...(script === 'check_adapter.py' ? [model(base)] : []), out, '--out', join(room, 'report.json')])
    const { logits } = JSON.parse(await readFile(join(room, 'report.json'), 'utf8')) as { logits: number[][] }
    expect(logits.flat().every(Number.isFinite)).toBe(true)
  })
})
