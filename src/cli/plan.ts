// `npm run plan -- [--length TOKENS] [--rows ROWS] [--rank R]`: the planner's bytes for models that people ask for, and which is the
// largest that trains within 2, 4 and 8 GiB, by how weights and activations are kept. No GPU and no weights are needed; with --try
// a model of that size, its weights noise, takes two steps over Dawn, and the bytes of all buffers made are told beside the plan's.
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { Training } from '../protocol/training.ts'
import { estimate } from '../train/estimate.ts'
import type { Kept } from '../train/keptAs.ts'
import { Arguments } from './arguments.ts'
import { modelOfShapes, stockModels } from './plan/stockModels.ts'
import { trySteps } from './plan/trySteps.ts'

export const USAGE = `npm run plan -- [--length TOKENS] [--rows ROWS] [--rank R]
npm run plan -- --try MODEL [--storage bf16|int8|nf4_double] [--memory kept|selective|full] [--length …]`
const BUDGETS = [2, 4, 8]
const GIB = 2 ** 30

const storages: readonly { readonly id: string; readonly name: string; readonly kept: Kept }[] = [
  { id: 'bf16', name: 'bf16', kept: {} },
  { id: 'int8', name: 'int8', kept: { quantization: 'int8' } },
  { id: 'nf4_double', name: 'nf4, double', kept: { quantization: 'nf4_double' } },
]
const memories: readonly { readonly id: string; readonly name: string; readonly training: Partial<Training> }[] = [
  { id: 'kept', name: 'everything kept', training: {} },
  { id: 'selective', name: 'selective checkpointing', training: { gradient_checkpointing: 'selective' } },
  { id: 'full', name: 'full checkpointing, 16-bit activations', training: { gradient_checkpointing: 'full', saved_activations: 'float16' } },
]

export async function main(argv: string[]): Promise<number> {
  const args = new Arguments(argv, USAGE)
  args.allow(['--length', '--rows', '--rank', '--try', '--storage', '--memory'])
  args.operands(0, 0, 'options only')
  const [length, rows, r] = [args.count('--length', 512), args.count('--rows', 1), args.count('--rank', 16)]
  const tried = args.choice('--try', stockModels.map((m) => m.name))
  const storage = byId(storages, args.choice('--storage', storages.map((s) => s.id)))
  const memory = byId(memories, args.choice('--memory', memories.map((m) => m.id)))
  if (tried !== undefined) {
    const { config } = stockModels.find((m) => m.name === tried)!
    console.log(`${tried}, ${storage.name}, ${memory.name}: LoRA r = ${r} on all linear layers, ${rows} × ${length} tokens`)
    await trySteps(await modelOfShapes(config, storage.kept), recipe(r, memory.training), { B: rows, T: length })
    return 0
  }
  console.log(`LoRA r = ${r} on all linear layers, ${rows} × ${length} tokens; GiB of GPU memory in all: weights + activations + workspace + trainable\n`)
  console.log(`| model | ${storages.flatMap((s) => memories.map((m) => `${s.name}, ${m.name}`)).join(' | ')} |\n| --- ${'| --: '.repeat(storages.length * memories.length)}|`)
  const largest = new Map<string, string[]>()
  for (const { name, config } of stockModels) {
    const cells: string[] = []
    for (const storage of storages) {
      const model = await modelOfShapes(config, storage.kept)
      for (const memory of memories) {
        const { bytes } = estimate(model, recipe(r, memory.training), [{ B: rows, T: length }])
        cells.push((bytes.total / GIB).toFixed(2))
        const key = `${storage.name}, ${memory.name}`
        const known = largest.get(key) ?? BUDGETS.map(() => 'none')
        largest.set(key, known.map((best, i) => (bytes.total <= BUDGETS[i] * GIB ? `${name} (${(bytes.total / GIB).toFixed(2)})` : best)))
      }
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
  console.log(`\n| largest that trains within | ${BUDGETS.map((b) => `${b} GiB`).join(' | ')} |\n| --- ${'| --- '.repeat(BUDGETS.length)}|`)
  for (const [key, names] of largest) console.log(`| ${key} | ${names.join(' | ')} |`)
  return 0
}

/** The most frugal, where none is named. */
const byId = <T extends { readonly id: string }>(list: readonly T[], id: string | undefined): T => list.find((x) => x.id === id) ?? list.at(-1)!

function recipe(r: number, training: Partial<Training>): Recipe {
  const base = defaultRecipe()
  return { ...base, methods: [{ id: 'lora', options: { r, lora_alpha: 2 * r, target_modules: ['all-linear'] } }], training: { ...base.training, ...training } }
}
