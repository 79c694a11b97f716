// The Python lines that load what was downloaded, where the person already works.
import type { Recipe } from '../protocol/recipe.ts'

export function loadingSnippet(recipe: Recipe): string {
  const base = recipe.base.source === 'builtin' ? `path/to/${recipe.base.id}` : recipe.base.id
  const quoted = JSON.stringify(base)
  if (recipe.methods[0]?.id === 'full') {
    return 'model = AutoModelForCausalLM.from_pretrained("path/to/the/unzipped/folder")'
  }
  return [
    `base = AutoModelForCausalLM.from_pretrained(${quoted})`,
    'model = PeftModel.from_pretrained(base, "path/to/the/unzipped/folder")',
  ].join('\n')
}
