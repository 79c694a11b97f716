// What a run leaves, and the Python lines that load it where the person already works.
import type { Recipe } from '../protocol/recipe.ts'

export type Kept = 'adapter' | 'model' | 'adapterhub' | 'several'

/** Methods whose result is no PEFT adapter: whole models, and bottlenecks in AdapterHub's layout. */
const others: Readonly<Record<string, Kept>> = { full: 'model', bitfit: 'model', bottleneck: 'adapterhub' }

export function kept({ methods: [first, ...more] }: Recipe): Kept {
  if (more.length > 0) return 'several'
  return others[first?.id ?? ''] ?? 'adapter'
}

export const libraries: Record<Kept, string> = {
  adapter: 'PEFT',
  model: 'transformers',
  adapterhub: 'AdapterHub’s adapters',
  several: 'PEFT, a folder for each method',
}

export function loadingSnippet(recipe: Recipe): string {
  const id = recipe.base.source === 'builtin' ? `path/to/${recipe.base.id}` : recipe.base.id
  const open = (path: string): string => `AutoModelForCausalLM.from_pretrained(${JSON.stringify(path)})`
  const folder = '"path/to/the/unzipped/folder"'
  const what = kept(recipe)
  switch (what) {
    case 'model':
      return `model = ${open('path/to/the/unzipped/folder')}`
    case 'adapterhub':
      return `model = ${open(id)}\nadapters.init(model); model.load_adapter(${folder}, set_active=True, use_safetensors=True)`
    case 'several':
    case 'adapter':
      return `base = ${open(id)}\nmodel = PeftModel.from_pretrained(base, ${folder})`
    default:
      return what satisfies never
  }
}
