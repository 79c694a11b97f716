// The methods of a recipe on a model. What its training freezes stays an ordinary frozen weight: it takes no place among the
// trainable tensors, so everything that reads a run's values must attach through here.
import type { Attachment } from '../methods/method.ts'
import { attachAll } from '../methods/registry.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { OpenModel } from './base.ts'
import { isFrozen } from './stages.ts'

export function attachRecipe({ methods, data, training }: Pick<Recipe, 'methods' | 'data' | 'training'>, { outline }: Pick<OpenModel, 'outline'>): Attachment[] {
  const attachments = attachAll(methods, outline, data.tasks)
  const frozen = (name: string): boolean => isFrozen(outline.levels.get(name)!, outline.layers, training)
  return attachments.map((a) => (a.trains ? { ...a, trains: (name) => (frozen(name) ? undefined : a.trains!(name)) } : a))
}
