// What a run leaves, and the Python lines that load it where the person already works.
import { ggufBase } from '../protocol/ggufBase.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { MODEL_CLASSES } from '../protocol/taskType.ts'

export type Kept = 'adapter' | 'model' | 'adapterhub' | 'own'

/** Methods whose result is no PEFT adapter: whole models, AdapterHub's layout, and what no library has a type for. */
const others: Readonly<Record<string, Kept>> = { full: 'model', bottleneck: 'adapterhub', compacter: 'adapterhub', bitfit: 'own', gated_lora: 'own' }

export function kept({ methods: [first, ...more] }: Recipe): Kept {
  if (more.length > 0) return 'own'
  const found = others[first?.id ?? ''] ?? 'adapter'
  // A gate is known to no library: PEFT has none, AdapterHub's is another.
  return first?.options['use_gating'] === true ? 'own' : found
}

export function loadingSnippet(recipe: Recipe): string {
  const [id, file] = recipe.base.source === 'builtin' ? [`path/to/${recipe.base.id}`] : (ggufBase(recipe.base.id) ?? [recipe.base.id])
  const gguf = file === undefined ? '' : `, gguf_file=${JSON.stringify(file)}`
  const auto = MODEL_CLASSES[recipe.task ?? 'CAUSAL_LM']
  const open = (path: string, more = ''): string => `${auto}.from_pretrained(${JSON.stringify(path)}${more})`
  // The base has a head of other classes, or none.
  const classes = recipe.labels ? `, num_labels=${recipe.labels.length}, ignore_mismatched_sizes=True` : ''
  // A hypernetwork leaves an ordinary adapter for each task; itself is nothing that PEFT knows.
  const task = recipe.methods.some((m) => m.id === 'hypernetwork') ? `/tasks/${recipe.data.tasks?.[0]?.name ?? 'task'}` : ''
  const folder = JSON.stringify(`path/to/the/unzipped/folder${task}`)
  const what = kept(recipe)
  switch (what) {
    case 'model':
      return `from transformers import ${auto}\n\nmodel = ${open('path/to/the/unzipped/folder')}`
    case 'adapterhub':
      return `import adapters\nfrom transformers import ${auto}\n\nmodel = ${open(id, gguf + classes)}\nadapters.init(model); model.load_adapter(${folder}, set_active=True, use_safetensors=True)`
    case 'own':
      return `from load_adapter import load_adapter\n\nmodel = load_adapter(${JSON.stringify(id)})`
    case 'adapter':
      return `from peft import PeftModel\nfrom transformers import ${auto}\n\nbase = ${open(id, gguf + classes)}\nmodel = PeftModel.from_pretrained(base, ${folder})`
    default:
      return what satisfies never
  }
}
