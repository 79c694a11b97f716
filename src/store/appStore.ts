// The store and all its actions around one Studio. The Studio is handed in, so that tests can hand in a scripted one.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Studio } from '../protocol/studio.ts'
import { firstState, type AppState } from './appState.ts'
import { adapterActions, type AdapterActions } from './adapterActions.ts'
import { askActions, type AskActions } from './askActions.ts'
import { compareActions, type CompareActions } from './compareActions.ts'
import type { Context } from './context.ts'
import { dataActions, type DataActions } from './dataActions.ts'
import { deskActions, type DeskActions, type DeskPlace } from './deskActions.ts'
import { keepActions, type KeepActions } from './keepActions.ts'
import { libraryActions, type LibraryActions } from './libraryActions.ts'
import { machineActions, type MachineActions } from './machineActions.ts'
import { modelActions, type ModelActions } from './modelActions.ts'
import { onnxActions, type OnnxActions } from './onnxActions.ts'
import { planActions, type PlanActions } from './planActions.ts'
import { recipeActions, type RecipeActions } from './recipeActions.ts'
import { runListActions, type RunListActions } from './runListActions.ts'
import { sendActions, type SendActions } from './sendActions.ts'
import { sizeActions, type SizeActions } from './sizeActions.ts'
import { tabActions, type TabActions } from './tabActions.ts'
import { trainActions, type TrainActions } from './trainActions.ts'

export interface Actions extends DeskActions, CompareActions, ModelActions, KeepActions, LibraryActions, MachineActions, DataActions, PlanActions, SizeActions, RecipeActions, TrainActions, RunListActions, AskActions, AdapterActions, OnnxActions, SendActions, TabActions {
  /** Opens what the page starts with; call it once. */
  start(): void
}

export interface App {
  readonly store: StoreApi<AppState>
  readonly actions: Actions
}

/** Where nothing outlives the page. */
const nowhere: DeskPlace = { read: () => null, write: () => undefined }

export function createApp(studio: Studio, place = nowhere): App {
  const store = createStore<AppState>(() => firstState())
  const context: Context = { studio, store }
  const data = dataActions(context)
  const model = modelActions(context, data)
  const library = libraryActions(context, model)
  const runList = runListActions(context)
  const adapters = adapterActions(context)
  const keep = keepActions(context, runList)
  const recipes = recipeActions(context, model, data, adapters, keep)
  const plan = planActions(context, data)
  const sizes = sizeActions(context)
  const machine = machineActions(context)
  const train = trainActions(context, runList, recipes)
  const tabs = tabActions(context, model, runList, train)
  const compare = compareActions(context)
  const { layOut, showRuns, ...desk } = deskActions(context, place, { model, data, runList, compare })
  const actions: Actions = {
    ...data,
    ...model,
    ...library,
    ...plan,
    ...sizes,
    ...recipes,
    ...runList,
    ...train,
    ...tabs,
    ...askActions(context),
    ...compare,
    ...desk,
    ...adapters,
    ...onnxActions(context),
    ...machine,
    ...keep,
    ...sendActions(context),
    start() {
      machine.keepRequests()
      tabs.keepWatching()
      void model.readDevice()
      void model.readMethods()
      void data.readSamples()
      void runList.refreshRuns().then(showRuns)
      // The list comes after the starter, which it names too.
      void layOut().then(() => library.readLibrary())
      model.keepTold()
      plan.keepPlanned()
      sizes.keepSized()
      adapters.keepShelved()
    },
  }
  return { store, actions }
}
