// `npm run plan -- [--length TOKENS] [--rows ROWS] [--rank R]`: the planner's bytes for models that people ask for, and which is the
// largest that trains within 2, 4 and 8 GiB, by how weights and activations are kept. No GPU and no weights are needed.
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { Training } from '../protocol/training.ts'
import { estimate } from '../train/estimate.ts'
import type { Kept } from '../train/keptAs.ts'
import { Arguments } from './arguments.ts'
import { modelOfShapes, stockModels } from './plan/stockModels.ts'

export const USAGE = 'npm run plan -- [--length TOKENS] [--rows ROWS] [--rank R]'
const BUDGETS = [2, 4, 8]
const GIB = 2 ** 30

const storages: readonly { readonly name: string; readonly kept: Kept }[] = [
  { name: 'bf16', kept: {} },
  { name: 'int8', kept: { quantization: 'int8' } },
  { name: 'nf4, double', kept: { quantization: 'nf4_double' } },
]
const memories: readonly { readonly name: string; readonly training: Partial<Training> }[] = [
  { name: 'everything kept', training: {} },
  { name: 'selective checkpointing', training: { gradient_checkpointing: 'selective' } },
  { name: 'full checkpointing, 16-bit activations', training: { gradient_checkpointing: 'full', saved_activations: 'float16' } },
]

export async function main(argv: string[]): Promise<number> {
  const args = new Arguments(argv, USAGE)
  args.allow(['--length', '--rows', '--rank'])
  args.operands(0, 0, 'options only')
  const [length, rows, r] = [args.count('--length', 512), args.count('--rows', 1), args.count('--rank', 16)]
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

function recipe(r: number, training: Partial<Training>): Recipe {
  const base = defaultRecipe()
  return { ...base, methods: [{ id: 'lora', options: { r, lora_alpha: 2 * r, target_modules: ['all-linear'] } }], training: { ...base.training, ...training } }
}
