// `npm run adapter -- COMMAND …`: algebra over adapter folders, as PEFT saved them or this project did. Needs no GPU.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { MAJORITY_SIGN_METHODS } from '../adapters/addUpdates.ts'
import { average, averageUpdates } from '../adapters/average.ts'
import { combine, COMBINATION_TYPES } from '../adapters/combine.ts'
import { compress } from '../adapters/compress.ts'
import { stack } from '../adapters/stack.ts'
import { adapterFiles, readAdapter, type Adapter } from '../files/adapter.ts'
import { readFolder } from '../files/nodeSource.ts'
import { describeBytes } from '../lib/describeBytes.ts'
import { Fault } from '../protocol/failure.ts'
import { ggufFile, ggufLoraFile, GGUF_TYPES } from './adapter/ggufFile.ts'
import { mergeFolders } from './adapter/mergeFolders.ts'
import { onnxFolder } from './adapter/onnxFolder.ts'
import { Arguments } from './arguments.ts'

export const USAGE = `npm run adapter -- COMMAND FOLDERS … --out DIR [options]

  combine A B …     one LoRA from several of the same model, as PEFT's add_weighted_adapter
    --type TYPE       ${COMBINATION_TYPES.slice(0, 6).join(', ')},
                      ${COMBINATION_TYPES.slice(6).join(', ')}; cat when left out.
                      cat and the svd types take different ranks; cat is exact, and its rank is the sum of theirs
    --weights 1,-0.5  one for each; 1 when left out
    --rank N          of the svd types' result; the largest of theirs when left out
    --density 0.5     share of values that ties, dare and magnitude_prune types keep
    --sign METHOD     how ties types elect signs: ${MAJORITY_SIGN_METHODS.join(' or ')}; total when left out
    --seed N          of dare types; 0 when left out
  stack A B …       one LoRA that acts as all of them attached (combine by cat with weights of 1)
  average A B …     the mean of all values, for adapters of any one method that differ only in what they learned
    --weights 3,1     shares; equal when left out
    --updates         for LoRA: the mean of what they add to the weights, whatever their ranks
    --rank N          of that mean; exact when left out
  compress A        a LoRA of lower rank, by SVD; prints what each layer keeps
    --rank N          of every layer, or
    --energy 0.95     for each layer the least rank that keeps this share of its squared singular values
  merge BASE A B …  a model folder with the adapters merged into its weights, in its own types
    --weights 1,0.5   strength of each; 1 when left out
    --f32             keep merged weights as float32 where the model has 16 bits
    --max-shard-size 500MB  of a weight file; 5GB when left out
  onnx BASE A B …   the same as ONNX, for transformers.js and ONNX Runtime; without adapters the model itself
    --weights 1,0.5   strength of each; 1 when left out
    --dtype fp16      fp32 or fp16; fp32 when left out
  gguf BASE A B …   the same as one GGUF file, for llama.cpp; --out names it
    --weights 1,0.5   strength of each; 1 when left out
    --type Q8_0       ${GGUF_TYPES.join(', ')}; F16 when left out. base, of a GGUF file: its blocks as they are, and
                      Q8_0 where adapters change them; rounding to 4 bits again would lose more than an adapter adds
  gguf-lora BASE A  one LoRA as the GGUF file that llama.cpp loads beside the model; --out names it

BASE is a Hugging Face folder, or for onnx, gguf and gguf-lora also a GGUF file.
`

export async function main(argv: string[]): Promise<number> {
  const [command, ...rest] = argv
  if (command === undefined) {
    console.log(USAGE)
    return 2
  }
  const args = new Arguments(rest, 'See npm run adapter -- --help.', ['--updates', '--f32'])
  const made = await run(command, args)
  if (made) console.log(`${made}\n${args.text('--out')}`)
  return 0
}

async function run(command: string, args: Arguments): Promise<string> {
  switch (command) {
    case 'combine': {
      args.allow(['--out', '--type', '--weights', '--rank', '--density', '--sign', '--seed'])
      const adapters = await readAll(args, 2)
      const density = args.number('--density')
      const rank = args.number('--rank')
      const seed = args.number('--seed')
      const sign = args.choice('--sign', MAJORITY_SIGN_METHODS)
      return save(
        args,
        combine(adapters, {
          combination_type: args.choice('--type', COMBINATION_TYPES) ?? 'cat',
          weights: args.numbers('--weights') ?? adapters.map(() => 1),
          ...(density !== undefined && { density }),
          ...(rank !== undefined && { svd_rank: rank }),
          ...(seed !== undefined && { seed }),
          ...(sign !== undefined && { majority_sign_method: sign }),
        }),
      )
    }
    case 'stack':
      args.allow(['--out'])
      return save(args, stack(await readAll(args, 2)))
    case 'average': {
      args.allow(['--out', '--weights', '--updates', '--rank'])
      const adapters = await readAll(args, 2)
      const [weights, rank] = [args.numbers('--weights') ?? adapters.map(() => 1), args.number('--rank')]
      if (args.has('--updates')) return save(args, averageUpdates(adapters, { weights, ...(rank !== undefined && { rank }) }))
      if (rank !== undefined) throw args.wrong('--rank goes with --updates; the mean of all values has the rank that each of them has.')
      try {
        return await save(args, average(adapters, weights))
      } catch (error) {
        if (!(error instanceof Fault) || !adapters.every((a) => a.config['peft_type'] === 'LORA')) throw error
        throw new Fault(error.code, error.message, 'With --updates, what they add to the weights is averaged, whatever their ranks and scales.')
      }
    }
    case 'compress': {
      args.allow(['--out', '--rank', '--energy'])
      const [adapter] = await readAll(args, 1, 1)
      const [rank, energy] = [args.number('--rank'), args.number('--energy')]
      if ((rank === undefined) === (energy === undefined)) throw args.wrong('Compressing needs either --rank or --energy, such as --rank 4 or --energy 0.95.')
      const { adapter: small, modules, keptEnergy } = compress(adapter, rank === undefined ? { energy: energy! } : { rank })
      if (modules.every((m) => m.rank === m.rankBefore)) throw new Fault('bad-adapter', `No layer would become smaller: their ranks are ${ranksOf(modules)} already.`, 'Choose a lower rank, or a smaller share of energy.')
      for (const m of modules) console.log(`${m.path.padEnd(48)} rank ${m.rankBefore} → ${m.rank}, keeps ${(100 * m.keptEnergy).toFixed(2)} %`)
      return `${await save(args, small)} It keeps ${(100 * keptEnergy).toFixed(2)} % of the squared singular values.`
    }
    case 'merge': {
      args.allow(['--out', '--weights', '--f32', '--max-shard-size'])
      const mostPerShard = args.bytes('--max-shard-size')
      const [base, ...adapters] = args.operands(2, undefined, 'a model and at least one adapter')
      return mergeFolders(base, adapters, args.required('--out'), { weights: args.numbers('--weights') ?? adapters.map(() => 1), widen: args.has('--f32'), ...(mostPerShard !== undefined && { mostPerShard }) })
    }
    case 'onnx': {
      args.allow(['--out', '--weights', '--dtype'])
      const [base, ...adapters] = args.operands(1)
      return onnxFolder(base, adapters, args.required('--out'), { weights: args.numbers('--weights') ?? adapters.map(() => 1), dtype: args.choice('--dtype', ['fp32', 'fp16']) ?? 'fp32' })
    }
    case 'gguf': {
      args.allow(['--out', '--weights', '--type'])
      const [base, ...adapters] = args.operands(1)
      return ggufFile(base, adapters, args.required('--out'), { weights: args.numbers('--weights') ?? adapters.map(() => 1), type: args.choice('--type', GGUF_TYPES) ?? 'F16' })
    }
    case 'gguf-lora': {
      args.allow(['--out'])
      const [base, adapter] = args.operands(2, 2, 'a model and one adapter')
      return ggufLoraFile(base, adapter, args.required('--out'))
    }
    default:
      throw args.wrong(`There is no command ${command}; known ones are combine, stack, average, compress, merge, onnx, gguf and gguf-lora.`)
  }
}

const ranksOf = (modules: readonly { readonly rank: number }[]): string => [...new Set(modules.map((m) => m.rank))].toSorted((a, b) => a - b).join(', ')

/** What is made replaces nothing that it is made of. */
function readAll(args: Arguments, least: number, most?: number): Promise<Adapter[]> {
  const folders = args.operands(least, most)
  const out = args.text('--out')
  if (out !== undefined && folders.some((folder) => resolve(folder) === resolve(out))) throw new Fault('bad-recipe', `${out} is one of the adapters that are read, and would be overwritten.`, 'Choose another place for --out.')
  return Promise.all(
    folders.map(async (folder) => {
      const files = await readFolder(folder)
      try {
        return await readAdapter(files)
      } catch (error) {
        if (folders.length === 1 || !(error instanceof Fault)) throw error
        throw new Fault(error.code, `${folder}: ${error.message}`, error.hint, error.detail)
      }
    }),
  )
}

async function save(args: Arguments, adapter: Adapter): Promise<string> {
  const out = args.required('--out')
  await mkdir(out, { recursive: true })
  let bytes = 0
  for (const [path, content] of adapterFiles(adapter)) {
    await writeFile(join(out, path), content)
    bytes += content.length
  }
  const rank = adapter.config['peft_type'] === 'LORA' ? ` of rank ${String(adapter.config['r'])}` : ''
  return `An adapter${rank} with ${adapter.tensors.size} tensors, ${describeBytes(bytes)}.`
}
