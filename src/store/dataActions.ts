// Opens datasets, and renders the open one again when the recipe or the base model changed.
import type { KeptFile } from '../protocol/keep.ts'
import type { RowPage } from '../protocol/dataRows.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { DatasetInfo, NamedFile, PreviewToken, Result, TaskFile } from '../protocol/studio.ts'
import type { Task } from '../protocol/tasks.ts'
import type { Context } from './context.ts'
import { answer, nothing, settled, waiting } from './held.ts'
import { dataKey, withoutEntries, withoutRows, withRowsOf } from './recipeEdits.ts'
import { fileNameOf } from './route.ts'
import { described, newName, tasksOf, withoutTasks, withTasks } from './taskEdits.ts'

export interface DataActions {
  readSamples(): Promise<void>
  openSample(id: string): Promise<void>
  /** `test`: rows that are asked before and after training. */
  openFile(file: NamedFile, test?: NamedFile, validation?: NamedFile): Promise<void>
  /** Adds the test rows of another file to the file that is open. */
  addTestFile(test: NamedFile): Promise<void>
  /** Holds out the rows of another file instead of a share; without one, a share again. */
  setValidationFile(validation?: NamedFile): Promise<void>
  /** Several datasets, a task each, or one again: the first stays. */
  setSeveral(isSeveral: boolean): Promise<void>
  describeTask(name: string, description: string): void
  removeTask(name: string): Promise<void>
  /** Opens the data of the recipe's tasks. */
  openTasks(): Promise<void>
  /** Renders the chosen dataset for the recipe and base as they are now. */
  readAgain(): Promise<void>
  /** Opens the data of a recipe as it lay here before the page was loaded: its files are those that were kept under that name. */
  layOut(recipe: Recipe, files?: string): Promise<void>
  /** Rows of the open dataset, those that hold `query` (see RowShelf). */
  readRows(from: number, count: number, query: string): Promise<Result<RowPage>>
  /** One of them as the model reads it. */
  readRow(number: number): Promise<Result<readonly PreviewToken[]>>
}

type Open = (recipe: Recipe) => Promise<Result<DatasetInfo>>

export function dataActions({ studio, store }: Context): DataActions {
  const { getState, setState } = store
  let latest = 0
  /** A dataset that was chosen before a base model was there to render it for. */
  let wanted: Open | undefined
  let opened: NamedFile | undefined
  let openedTest: NamedFile | undefined
  let openedValidation: NamedFile | undefined
  /** Files of tasks, by the task's name. */
  const taskFiles = new Map<string, TaskFile>()

  let keeping = 0

  /** Keeps the chosen files for the next time; samples are there anyway. */
  async function keep(): Promise<void> {
    keeping += 1
    const turn = keeping
    const { data } = getState().recipe
    const part = (part: KeptFile['part'], file: NamedFile | undefined, task?: string): KeptFile[] => (file ? [{ part, file, ...(task !== undefined && { task }) }] : [])
    const files = data.tasks
      ? tasksOf(getState().recipe).flatMap(({ name, source }) => (source === 'file' ? [...part('train', taskFiles.get(name)?.file, name), ...part('test', taskFiles.get(name)?.test, name)] : []))
      : data.source === 'file' ? [...part('train', opened), ...part('test', openedTest), ...part('validation', openedValidation)] : []
    setState(({ keptFiles: _before, ...rest }) => rest, true)
    if (files.length === 0) return
    const result = await answer(studio.keepFiles(files))
    // What there is no room for has to be dropped again the next time, and then the page says so.
    if (turn === keeping && result.ok) setState({ keptFiles: result.value })
  }

  async function open(call: Open): Promise<boolean> {
    latest += 1
    const turn = latest
    const { base, recipe } = getState()
    setState((s) => ({ dataset: waiting(s.dataset) }))
    if (!base.value) {
      wanted = call
      return true
    }
    wanted = undefined
    const result = await answer(call(recipe))
    if (turn === latest) setState((s) => ({ dataset: settled(s.dataset, result), renderedFor: dataKey(recipe) }))
    return result.ok
  }

  /** Names a new dataset in the recipe and opens it. If it cannot be read, the one before stays open, and named. */
  async function choose(part: { source: 'sample' | 'file'; id: string; name: string }, call: Open): Promise<boolean> {
    const { name, source, id } = part
    const before = getState().recipe
    // What was said of other rows says nothing of these; a recipe that names them does.
    const isNamed = fileNameOf(before.data.id) === id
    setState((s) => {
      const kept = isNamed ? s.recipe : withoutRows(s.recipe)
      return { recipe: { ...kept, name, data: { ...kept.data, source, id } } }
    })
    const isOpen = await open(call)
    const { recipe, dataset } = getState()
    if (!isOpen && dataset.value && recipe.data.id === id) {
      const undone = withRowsOf(recipe, before)
      setState({ recipe: undone, renderedFor: dataKey(undone) })
    }
    return isOpen
  }

  const callTasks: Open = (recipe) =>
    studio.openTasks(
      recipe,
      tasksOf(recipe).flatMap(({ name, source, id }) => {
        const known = taskFiles.get(name)
        return source === 'file' && known?.file.path.endsWith(id) ? [known] : []
      }),
    )

  /** Takes these tasks; where their data cannot be read, those before stay. */
  async function takeTasks(tasks: readonly Task[]): Promise<void> {
    const before = tasksOf(getState().recipe)
    setState((s) => ({ recipe: withTasks(s.recipe, tasks), ...(tasks.length === 0 && { dataset: nothing }) }))
    if (tasks.length === 0 || (await open(callTasks))) return keep()
    if (getState().recipe.data.tasks !== tasks) return
    const recipe = withTasks(getState().recipe, before)
    setState({ recipe, renderedFor: dataKey(recipe) })
  }
  const describing = (id: string): string => getState().samples.value?.find((s) => s.id === id)?.description ?? ''

  async function addTask(source: Task['source'], id: string, file?: Omit<TaskFile, 'task'>): Promise<void> {
    const tasks = tasksOf(getState().recipe)
    // A recipe from elsewhere names files that only a person can bring.
    const known = tasks.find((t) => source === 'file' && t.source === 'file' && t.id === id)
    const name = known?.name ?? newName(id, tasks)
    if (file) taskFiles.set(name, { task: name, ...file })
    await takeTasks(known ? tasks : [...tasks, { name, description: source === 'sample' ? describing(id) : '', source, id }])
  }

  async function openSample(id: string): Promise<void> {
    const { tasks } = getState().recipe.data
    if (tasks) {
      // A sample that is in already is taken out.
      const others = tasks.filter((t) => t.source !== 'sample' || t.id !== id)
      return others.length < tasks.length ? takeTasks(others) : addTask('sample', id)
    }
    const name = getState().samples.value?.find((s) => s.id === id)?.title ?? id
    if (await choose({ source: 'sample', id, name }, (recipe) => studio.openSample(id, recipe))) await keep()
  }

  async function openFile(file: NamedFile, test?: NamedFile, validation?: NamedFile, isKept = false): Promise<void> {
    const id = fileNameOf(file.path)
    if (getState().recipe.data.tasks) return addTask('file', id, { file, ...(test && { test }) })
    const part = { source: 'file', id, name: id.replace(/\.[^.]*$/, '') } as const
    if (!(await choose(part, (recipe) => studio.openFile(file, recipe, test, validation)))) return
    ;[opened, openedTest, openedValidation] = [file, test, validation]
    nameValidation()
    if (!isKept) await keep()
  }

  /** The recipe says which file is held out, so that the command line finds it too. */
  function nameValidation(): void {
    const { recipe } = getState()
    const data = withoutEntries(recipe.data, ['validationFile'])
    const next = { ...recipe, data: openedValidation ? { ...data, validationFile: fileNameOf(openedValidation.path) } : data }
    setState({ recipe: next, renderedFor: dataKey(next) })
  }

  async function layOut({ name, data: { tasks, source, id } }: Recipe, files?: string): Promise<void> {
    const found = files === undefined ? undefined : await answer(studio.keptFiles(files))
    const kept = found?.ok ? found.value : []
    const find = (part: KeptFile['part'], task?: string): NamedFile | undefined => kept.find((k) => k.part === part && k.task === task)?.file
    if (kept.length > 0) setState({ keptFiles: files! })
    if (tasks) {
      for (const task of tasks) {
        const [file, test] = [find('train', task.name), find('test', task.name)]
        if (file) taskFiles.set(task.name, { task: task.name, file, ...(test && { test }) })
      }
      return void (await open(callTasks))
    }
    if (id === '') return
    const file = find('train')
    if (source === 'file' && (!file || fileNameOf(file.path) !== id)) {
      const message = `The file “${id}” was open, and is not kept in this browser.`
      return setState({ notice: { code: 'bad-data', message, hint: 'Drop it on this page to go on with it.' } })
    }
    const opening = source === 'sample' ? openSample(id) : openFile(file!, find('test'), find('validation'), true)
    // Opening names the recipe after the data.
    setState((s) => ({ recipe: { ...s.recipe, name } }))
    await opening
  }

  return {
    openSample,
    openFile: (file, test, validation) => openFile(file, test, validation),
    layOut,
    async setSeveral(isSeveral) {
      const { recipe } = getState()
      const { source, id } = recipe.data
      const [first] = tasksOf(recipe)
      if (isSeveral) {
        if (source === 'file' && !opened) return
        setState({ recipe: withTasks(recipe, []), dataset: nothing })
        if (source === 'file') await addTask(source, id, { file: opened! })
        else if (id !== '') await addTask(source, id)
        return
      }
      setState({ recipe: withoutTasks(recipe), dataset: nothing })
      const file = first && taskFiles.get(first.name)
      if (first?.source === 'sample') await openSample(first.id)
      else if (file) await openFile(file.file, file.test)
    },
    describeTask: (name, description) =>
      setState(({ recipe }) => ({ recipe: { ...recipe, data: { ...recipe.data, tasks: described(tasksOf(recipe), name, description) } } })),
    removeTask: (name) => takeTasks(tasksOf(getState().recipe).filter((t) => t.name !== name)),
    openTasks: async () => void (await open(callTasks)),
    async readSamples() {
      const samples = await answer(studio.samples())
      setState((s) => ({ samples: settled(s.samples, samples) }))
    },
    readRows: (from, count, query) => answer(studio.dataRows(from, count, query)),
    readRow: (number) => answer(studio.dataRow(number, getState().recipe)),
    async addTestFile(test) {
      const file = opened
      if (!file || !(await open((recipe) => studio.openFile(file, recipe, test, openedValidation)))) return
      openedTest = test
      await keep()
    },
    async setValidationFile(validation) {
      const file = opened
      if (!file || !(await open((recipe) => studio.openFile(file, recipe, openedTest, validation)))) return
      openedValidation = validation
      nameValidation()
      await keep()
    },
    async readAgain() {
      if (wanted) await open(wanted)
      else if (getState().dataset.value) await open((recipe) => studio.describeData(recipe))
    },
  }
}
