// What the shelf says of an adapter on one model: whether it fits, what it is made of, and what can be done with it.
// Read from headers and the recipe; no value is touched.
import { openAdapterFolder } from '../files/adapterFolder.ts'
import type { ByteSource } from '../files/byteSource.ts'
import { toFailure } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { AdapterInfo } from '../protocol/adapters.ts'
import { adapterTask } from '../train/adapterTask.ts'
import { attachRecipe } from '../train/attachRecipe.ts'
import { subjectOf, type OpenModel } from '../train/base.ts'
import { unmixable } from '../train/ensemble.ts'
import { unmergeableAdapter } from '../train/mergeWeights.ts'
import { recipeModel } from '../train/recipeModel.ts'
import { fitAdapter, fittingOf, type FittingAdapter } from '../train/openAdapter.ts'

export type FitNote = Pick<AdapterInfo, 'methods' | 'rank' | 'trainableParameters' | 'mixable' | 'unmergeable' | 'isLora' | 'tasks' | 'readsDescriptions'> & { readonly misfit?: string }

export type Given = { readonly recipe: Recipe; readonly other: string | undefined } | { readonly files: ReadonlyMap<string, ByteSource> }

export async function fitNote(model: OpenModel, given: Given): Promise<FitNote> {
  try {
    if ('files' in given) {
      const folder = await openAdapterFolder(given.files)
      const own = recipeModel(model, adapterTask(model, folder))
      return noteOf(own, fitAdapter(own, folder))
    }
    if (given.other !== undefined) return misfitting(given.other)
    const { recipe } = given
    const own = recipeModel(model, recipe)
    return noteOf(own, fittingOf(subjectOf(own, attachRecipe(recipe, own))))
  } catch (error) {
    return misfitting(toFailure(error).message)
  }
}

const misfitting = (misfit: string): FitNote => ({ methods: [], trainableParameters: 0, mixable: false, isLora: false, misfit })

function noteOf(model: OpenModel, adapter: FittingAdapter): FitNote {
  const { attachments, layout, methods, trainableParameters } = adapter
  const keys = [...layout.windows.values()]
  const ranks = keys.filter((w) => /\.lora_A\.weight$|\.lora_embedding_A$/.test(w.key)).map((w) => w.shape[0])
  const isLora = attachments.length === 1 && attachments[0].name === 'lora' && !keys.some((w) => w.key.endsWith('lora_magnitude_vector'))
  const why = unmergeableAdapter(adapter)
  const tasks = attachments.find((a) => a.emit)?.tasks
  return {
    methods,
    trainableParameters,
    mixable: unmixable(model, adapter) === undefined,
    isLora,
    ...(isLora && ranks.length > 0 && { rank: Math.max(...ranks) }),
    ...(why !== undefined && { unmergeable: why }),
    ...(tasks && { tasks: tasks.map((t) => t.name), readsDescriptions: keys.some((w) => w.init.kind === 'texts') }),
  }
}
