// Edits, opens and hands out the recipe.
import { expandPreset } from '../protocol/expandPreset.ts'
import { toFailure, type Remedy } from '../protocol/failure.ts'
import type { DataRecipe } from '../protocol/dataRecipe.ts'
import { notJson } from '../protocol/notJson.ts'
import type { OptionValue } from '../protocol/options.ts'
import { readRecipe, type MethodChoice, type Recipe } from '../protocol/recipe.ts'
import { isRecord } from '../protocol/record.ts'
import type { TaskType } from '../protocol/taskType.ts'
import type { NamedFile } from '../protocol/studio.ts'
import type { AdapterActions } from './adapterActions.ts'
import type { Context } from './context.ts'
import type { DataActions } from './dataActions.ts'
import { catalogue } from './appState.ts'
import { nothing } from './held.ts'
import type { KeepActions } from './keepActions.ts'
import { withEffort, type Effort } from './efforts.ts'
import type { ModelActions } from './modelActions.ts'
import { remedied, withBaseOption, withMethodOption, withMethods, withoutEntries, withTraining } from './recipeEdits.ts'
import { readRecipeFragment } from './recipeLink.ts'
import { DATA, fileNameOf, route, type Route } from './route.ts'
import { zipNames } from './zipNames.ts'

/** Larger files are not read to see what they are. */
const MOST_RECIPE_BYTES = 1_000_000

export interface RecipeActions {
  setTraining(name: string, value: OptionValue): void
  /** A preset of how long and how carefully to train. */
  setEffort(effort: Effort): void
  /** How the base's frozen weights are kept. */
  setBaseOption(name: string, value: OptionValue): void
  /** Another list of methods; options that are left out take their defaults. */
  setMethods(choices: readonly MethodChoice[]): void
  /** An option of the list's method at `index`. */
  setMethodOption(index: number, name: string, value: OptionValue): void
  takeRemedy(remedy: Remedy): void
  /** @param without entries that go back to their defaults */
  setData(part: Partial<Pick<Recipe['data'], 'trainOn' | 'validation' | keyof DataRecipe>>, without?: readonly (keyof DataRecipe)[]): void
  /** Undefined: what the model was made for. */
  setTask(task: TaskType | undefined): void
  setEvaluation(part: Partial<Recipe['evaluation']>): void
  setSeed(seed: number): void
  setName(name: string): void
  /** Takes a whole recipe and opens its base model and dataset where the page can. */
  takeRecipe(recipe: Recipe): Promise<void>
  /** Routes dropped or picked files to the model, the data or the recipe. */
  takeFiles(files: readonly NamedFile[]): Promise<void>
  /** Shows the recipe of an address; nothing is opened before the person takes it. */
  readLink(hash: string): Promise<void>
  takeLinked(): Promise<void>
  dismissLinked(): void
  dismissNotice(): void
}

export function recipeActions({ store }: Context, model: ModelActions, data: DataActions, adapters: AdapterActions, keep: KeepActions): RecipeActions {
  const { getState, setState } = store
  const edit = (change: (recipe: Recipe) => Recipe): void => setState((s) => ({ recipe: change(s.recipe) }))
  const dismissNotice = (): void => setState(({ notice: _notice, ...rest }) => rest, true)

  const dismissLinked = (): void => setState(({ linked: _linked, ...rest }) => rest, true)

  async function takeRecipe(recipe: Recipe): Promise<void> {
    const before = getState()
    const [was, is] = [before.recipe.base, recipe.base]
    const isSameBase = was.source === is.source && was.id === is.id && was.revision === is.revision && (was.sha256 ?? is.sha256) === (is.sha256 ?? was.sha256)
    setState({ recipe })
    if (recipe.base.source === 'builtin' && !isSameBase) await model.openBuiltin(recipe.base.id)
    // Only from what is stored: a recipe does not make the page fetch.
    if (is.source === 'hub' && !isSameBase) await model.openHub(`hub/${is.id}@${is.revision ?? 'main'}`)
    const isBack = is.source !== 'folder' || isSameBase || (await model.openKept(is))
    if (recipe.data.tasks) {
      await data.openTasks()
    } else if (recipe.data.source === 'sample' && recipe.data.id !== '') {
      await data.openSample(recipe.data.id)
      edit((r) => ({ ...r, name: recipe.name }))
    } else if (recipe.data.id !== '' && fileNameOf(recipe.data.id) !== before.recipe.data.id) {
      setState({ dataset: nothing })
    }
    const missing = [
      ...(isBack ? [] : [`the model folder “${is.id}”`]),
      ...(!recipe.data.tasks && recipe.data.source === 'file' && !getState().dataset.value ? [`the file “${recipe.data.id}”`] : []),
    ]
    if (missing.length > 0) {
      const message = `This recipe was made with ${missing.join(' and ')}, which the page cannot open by itself.`
      setState({ notice: { code: 'bad-recipe', message, hint: 'Drop it on this page to go on.' } })
    }
  }

  async function openRecipeFile(file: File): Promise<void> {
    const text = await file.text()
    try {
      const recipe = readRecipe(expandPreset(JSON.parse(text), getState().presets))
      await takeRecipe(recipe)
    } catch (error) {
      const isNotJson = error instanceof SyntaxError
      setState({ notice: isNotJson ? { code: 'bad-recipe', message: notJson(file.name, text, error), hint: 'Drop a recipe that Tunesmith saved.', detail: error.message } : toFailure(error) })
    }
  }

  async function takeFiles(files: readonly NamedFile[]): Promise<void> {
    dismissNotice()
    if (getState().working) {
      const message = 'Files cannot be opened while a run is training.'
      return setState({ notice: { code: 'cancelled', message, hint: 'Wait until it is done, or stop it; a stopped run can continue later.' } })
    }
    const where = route(files)
    switch (where.kind) {
      case 'model':
        await model.openFolder(where.files)
        return where.others.length > 0 ? takeFiles(where.others) : undefined
      case 'data':
        return (await holdsRecipe(files)) ? openRecipeFile(where.file.file) : openData(where)
      case 'adapter':
        if (await holdsProject(files)) {
          const run = await keep.openProject(files[0])
          if (run) await takeRecipe(run.recipe)
          return
        }
        if (await holdsData(files)) return data.openFile(files[0])
        return adapters.loadAdapter(where.files)
      case 'recipe':
        // It says how the data beside it are read, and finds them open.
        if (where.others.length > 0) await takeFiles(where.others)
        return openRecipeFile(where.file.file)
      case 'unknown': {
        const names = where.names.slice(0, 3).join(', ')
        const message = files.length === 0 ? 'The dropped folder is empty.' : `Nothing here can read ${names}.`
        const hint =
          'Drop a dataset (.jsonl, .json, .csv, .tsv, .parquet, .txt or .md, or a zip or gz of them), a Hugging Face model folder with config.json, a .gguf model, an adapter folder or zip, or recipe.json.'
        return setState({ notice: { code: 'bad-file', message, hint, detail: where.names.join('\n') } })
      }
      default:
        return where satisfies never
    }
  }

  async function openData({ file, test, validation, unread }: Extract<Route, { kind: 'data' }>): Promise<void> {
    await data.openFile(file, test, validation)
    if (unread.length === 0) return
    const detail = unread.map((f) => f.path).join('\n')
    setState({ notice: { code: 'bad-data', message: `Of ${unread.length + 1} files with rows, ${fileNameOf(file.path)} is the one that was opened.`, hint: 'To train on all of them, put them into one zip and drop that.', detail } })
  }

  return {
    setTraining: (name, value) => edit((r) => withTraining(r, name, value)),
    setEffort: (effort) => setState((s) => ({ recipe: withEffort(s.recipe, effort, s.dataset.value?.rows ?? 0) })),
    setBaseOption: (name, value) => edit((r) => withBaseOption(r, name, value)),
    setMethods: (choices) => setState((s) => ({ recipe: withMethods(s.recipe, choices, catalogue(s)) })),
    setMethodOption: (index, name, value) => edit((r) => withMethodOption(r, index, name, value)),
    takeRemedy: (remedy) => setState((s) => ({ recipe: remedied(s.recipe, remedy, catalogue(s)) })),
    // Classes belong to the task that they were found for.
    setTask: (task) => edit(({ task: _task, labels: _labels, pairs: _pairs, ...r }) => ({ ...r, ...(task && { task }) })),
    setData: (part, without = []) => edit((r) => ({ ...r, data: { ...withoutEntries(r.data, without), ...part } })),
    setEvaluation: (part) => edit((r) => ({ ...r, evaluation: { ...r.evaluation, ...part } })),
    setSeed: (seed) => edit((r) => ({ ...r, seed })),
    setName: (name) => edit((r) => ({ ...r, name })),
    takeRecipe,
    takeFiles,
    async readLink(hash) {
      try {
        const linked = await readRecipeFragment(hash)
        setState({ linked })
      } catch (error) {
        setState({ notice: toFailure(error) })
      }
    },
    async takeLinked() {
      const { linked, working } = getState()
      if (!linked || working) return
      dismissLinked()
      await takeRecipe(linked)
    },
    dismissLinked,
    dismissNotice,
  }
}

/** A recipe under a name of its own. */
async function holdsRecipe([only, ...more]: readonly NamedFile[]): Promise<boolean> {
  if (!only || more.length > 0 || !/\.json$/i.test(only.path) || only.file.size > MOST_RECIPE_BYTES) return false
  try {
    const json: unknown = JSON.parse(await only.file.text())
    return isRecord(json) && 'methods' in json && isRecord(json['base']) && isRecord(json['data'])
  } catch {
    return false
  }
}

/** A zip that a run was saved as. */
async function holdsProject(files: readonly NamedFile[]): Promise<boolean> {
  const [only] = files
  return only !== undefined && files.length === 1 && /\.zip$/i.test(only.path) && (await zipNames(only.file)).includes('project.json')
}

/** A zip with files of rows in it, and without the settings of an adapter. */
async function holdsData(files: readonly NamedFile[]): Promise<boolean> {
  const [only] = files
  if (!only || files.length > 1 || !/\.zip$/i.test(only.path)) return false
  const names = await zipNames(only.file)
  return names.some((name) => DATA.test(name)) && !names.some((name) => /(^|\/)(adapter_config|config)\.json$/i.test(name))
}
