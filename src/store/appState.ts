// Everything the page shows, as one plain value. Actions replace parts of it; nothing else does.
import type { AdapterInfo, AdapterUse, Compressed } from '../protocol/adapters.ts'
import type { PlanSummary } from '../protocol/event.ts'
import type { Failure } from '../protocol/failure.ts'
import type { LiveElsewhere, StorageUse } from '../protocol/keep.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { MethodInfo, MethodPreset, MethodSize } from '../protocol/methods.ts'
import type { OnnxRequest, OnnxVerdict } from '../protocol/onnx.ts'
import type { BaseInfo, DatasetInfo, DeviceInfo, NamedFile, ReplyToken, Result, RunRecord, SampleInfo } from '../protocol/studio.ts'
import type { Pushed, SendProgress } from '../protocol/takeAway.ts'
import { nothing, type Held } from './held.ts'
import { firstHub, firstLibrary, type HubState, type LibraryState } from './libraryState.ts'
import { firstMachine, type MachineState } from './machineState.ts'
import { planKey, type Catalogue } from './recipeEdits.ts'
import { newRun, type RunState } from './runState.ts'
import { firstViews, type Views } from './views.ts'

export interface Sampling {
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly seed: number
}

export const firstSampling: Sampling = { maxNewTokens: 48, temperature: 0, topK: 0, topP: 1, seed: 42 }

/** One streamed answer. */
export interface Reply {
  readonly text: string
  readonly busy: boolean
  /** What it was written with, where the engine tells; together they are the text. */
  readonly tokens?: readonly ReplyToken[]
  readonly failure?: Failure
}

export interface Asked {
  /** What was asked, which may differ from what is in the box now. */
  readonly prompt: string
  readonly base?: Reply
  readonly tuned?: Reply
  /** Names the tuned answer while it is written, so that its adapters can be switched. */
  readonly answerId?: string
  /** The adapters of the tuned answer: the first, and those that it was switched to. */
  readonly uses: readonly (readonly AdapterUse[])[]
}

/** One thing at a time happens on the shelf of adapters. */
export interface Shelving {
  readonly busy: boolean
  readonly doing?: string
  readonly failure?: Failure
}

export interface Exported {
  readonly runId: string
  readonly name: string
  readonly bytes: number
  readonly files: readonly string[]
}

/** The last ONNX export, and what came of comparing it. */
export interface OnnxState {
  readonly doing?: 'packing' | 'checking'
  readonly made?: { readonly name: string; readonly bytes: number; readonly request: OnnxRequest; readonly model: readonly NamedFile[] }
  /** One for each way it was run. */
  readonly verdicts: readonly OnnxVerdict[]
  readonly failure?: Failure
}

/** What is on its way to a folder or to the Hub, and how the last one went. */
export interface Sending {
  /** Whose: see `keyOf` in sendActions.ts. */
  readonly key: string
  readonly doing?: 'zip' | 'folder' | 'hub'
  readonly progress?: SendProgress
  readonly failure?: Failure
  /** A repository that is there already, and waits for a word. */
  readonly exists?: string
  readonly pushed?: Pushed
  /** The folder that was written. */
  readonly folder?: string
}

/** Runs side by side, in the order of choosing. */
export type ComparedRuns = readonly { readonly id: string; readonly run: Held<RunState> }[]
/** As many as there are colours to tell them apart. */
export const MOST_COMPARED = 6

export interface AppState {
  readonly device: Held<DeviceInfo>
  readonly methods: Held<readonly MethodInfo[]>
  readonly presets: readonly MethodPreset[]
  /** What each method and preset would train at its defaults on the open base, by id. */
  readonly sizes: Readonly<Record<string, Result<MethodSize>>>
  /** What the recipe's methods would train, or why they cannot be used. */
  readonly size: Held<MethodSize>
  readonly samples: Held<readonly SampleInfo[]>
  readonly base: Held<BaseInfo>
  /** A dropped model is being copied into this browser, or could not be. */
  readonly keeping: Held<never>
  readonly hub: HubState
  readonly library: LibraryState
  readonly dataset: Held<DatasetInfo>
  /** The part of the recipe that `dataset` was rendered for (see `dataKey`). */
  readonly renderedFor?: string
  readonly recipe: Recipe
  /** Memory, parameters and time of the recipe as it stands. `busy` while the probe step is measured. */
  readonly plan: Held<PlanSummary>
  /** Measured seconds a step, and of what (see `stepKey`): the times of the presets. */
  readonly stepTime?: { readonly of: string; readonly seconds: number }
  /** The run on show: the live one, or a stored one. */
  readonly run: RunState
  readonly runId?: string
  /** A train or continue call is in flight, so that the GPU is taken. */
  readonly working: boolean
  readonly runs: Held<readonly RunRecord[]>
  readonly compared: ComparedRuns
  readonly views: Views
  readonly sampling: Sampling
  /** As it was typed; unsaid: one from the data. */
  readonly prompt?: string
  readonly asked?: Asked
  readonly adapters: Held<readonly AdapterInfo[]>
  /** Which adapters answer, once the person has chosen; until then see `activeUses`. */
  readonly chosenUses?: readonly AdapterUse[]
  readonly shelving: Shelving
  /** What the last compression came to. */
  readonly compressed?: Compressed
  readonly exporting: Held<Exported>
  readonly onnx: OnnxState
  readonly sending?: Sending
  readonly machine: MachineState
  /** A run of another tab, while it goes on. */
  readonly elsewhere?: LiveElsewhere
  /** It is on show here, live. */
  readonly watching?: string
  /** What is kept in this browser, once somebody looked. */
  readonly storage: Held<StorageUse>
  /** Names the chosen data files where they are kept for the next time. */
  readonly keptFiles?: string
  /** A project is being packed or opened. */
  readonly projecting: Held<never>
  /** A recipe that came with the page’s address, until it is taken or put aside. */
  readonly linked?: Recipe
  /** A failure that belongs to no section: a file that nothing can read, a recipe that cannot be used. */
  readonly notice?: Failure
}

export function firstState(): AppState {
  return {
    device: { busy: true },
    methods: { busy: true },
    presets: [],
    sizes: {},
    size: nothing,
    samples: { busy: true },
    base: { busy: true },
    keeping: nothing,
    hub: firstHub,
    library: firstLibrary,
    dataset: nothing,
    recipe: defaultRecipe(),
    plan: nothing,
    run: newRun(0),
    working: false,
    runs: { busy: true },
    compared: [],
    views: firstViews,
    sampling: firstSampling,
    exporting: nothing,
    onnx: { verdicts: [] },
    adapters: nothing,
    shelving: { busy: false },
    machine: firstMachine,
    storage: nothing,
    projecting: nothing,
  }
}

/** What a plan and a trial of its bytes are of: of another model, dataset or recipe they say nothing. */
export const plannedOf = (s: AppState): string => `${s.base.value?.id} ${s.dataset.value?.name} ${planKey(s.recipe)}`

/** A model is writing an answer, so that the GPU is taken. */
export const isAnswering = (s: AppState): boolean => Boolean(s.asked?.base?.busy || s.asked?.tuned?.busy)

export const catalogue = (s: AppState): Catalogue => ({ methods: s.methods.value ?? [], presets: s.presets })
