// Everything the page may ask of the workers. All values are plain and structured-cloneable; a call that
// fails answers with a `Failure` instead of throwing (see failure.ts).
import type { AdapterShelf, AdapterUse } from './adapters.ts'
import type { BaseInfo } from './baseInfo.ts'
import type { DataFindings } from './dataChecks.ts'
import type { ProblemKind } from './dataRecipe.ts'
import type { PreviewToken, RowShelf } from './dataRows.ts'
import type { PlanSummary, RunEvent } from './event.ts'
import type { KeepShelf } from './keep.ts'
import type { MachineShelf } from './machine.ts'
import type { MethodInfo, MethodPreset, MethodShelf, MethodSize } from './methods.ts'
import type { ModelLibrary } from './models.ts'
import type { OnnxShelf } from './onnx.ts'
import type { Recipe } from './recipe.ts'
import type { NamedFile, Result } from './result.ts'
import type { RunRecord } from './runRecord.ts'
import type { TakeAway } from './takeAway.ts'

export type { BaseInfo, MethodInfo, MethodPreset, MethodSize, NamedFile, PreviewToken, Result, RunRecord }

export interface DeviceInfo {
  readonly vendor: string
  readonly architecture: string
  readonly description: string
  /** A software adapter: correct, and many times slower than a GPU. */
  readonly software: boolean
  readonly maxBufferBytes: number
}

export interface SampleInfo {
  readonly id: string
  readonly title: string
  readonly task: 'style' | 'classification' | 'structured'
  readonly description: string
  readonly rows: number
  readonly bytes: number
}

export interface RowProblem {
  readonly line: number
  readonly field?: string
  readonly reason: string
  readonly cause?: ProblemKind
}
export interface DatasetInfo extends DataFindings {
  readonly name: string
  /** For instance "JSON Lines, prompt/completion pairs". */
  readonly format: string
  readonly bytes: number
  readonly rows: number
  readonly testRows: number
  readonly problems: readonly RowProblem[]
  readonly problemCount: number
  /** First rows as they are in the file: column → text. */
  readonly head: readonly Readonly<Record<string, string>>[]
  /** First examples exactly as they will be trained. */
  readonly examples: readonly (readonly PreviewToken[])[]
  readonly trainedTokens: number
  readonly totalTokens: number
  readonly longest: number
  readonly truncated: number
  /** One line a task, where there are several datasets. */
  readonly tasks?: readonly { readonly name: string; readonly format: string; readonly rows: number; readonly testRows: number; readonly trainedTokens: number }[]
}

/** The file of a task, by the task's name. */
export interface TaskFile {
  readonly task: string
  readonly file: NamedFile
  readonly test?: NamedFile
}

export interface GenerateRequest {
  /** Raw text, or the user's turn where the base has a chat template. */
  readonly prompt: string
  /** What the model is told before the prompt. */
  readonly system?: string
  /** None is the base; several act together, each by its weight, later ones on what earlier ones made. A run's id names its adapter. */
  readonly adapters: readonly AdapterUse[]
  /** Names the answer for `switchAdapters`. */
  readonly answerId?: string
  /**
   * Other adapters after so many tokens of the answer, in ascending order. What was read stays as the earlier ones read it,
   * except where virtual tokens stand before the text: then all of it is read anew.
   */
  readonly switches?: readonly { readonly afterTokens: number; readonly adapters: readonly AdapterUse[] }[]
  /** Tells with every token so many of the likeliest; unsaid: none. */
  readonly topTokens?: number
  readonly maxNewTokens: number
  /** 0 is greedy. */
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly seed: number
}

/** A token of an answer, and what might have stood in its place. */
export interface ReplyToken {
  /** What it adds to the text: nothing yet where a character takes several tokens. */
  readonly text: string
  /** By the model itself, before temperature, top-k and top-p. */
  readonly probability: number
  /** The likeliest in descending order. */
  readonly top: readonly { readonly text: string; readonly probability: number }[]
}

/** `segment` counts the switches before the text: 0 is as asked. `token`: where the request asks for the likeliest and the answer is made of tokens. */
export type SaidText = (delta: string, segment: number, token?: ReplyToken) => void

/** Which of several answers it belongs to comes first. */
export type SaidBeside = (answer: number, ...said: Parameters<SaidText>) => void

/** The trainer worker. Callbacks are proxied; one job runs at a time, `generate` works while none trains or while one is paused. */
export interface Studio extends AdapterShelf, KeepShelf, MachineShelf, MethodShelf, ModelLibrary, OnnxShelf, RowShelf, TakeAway {
  device(): Promise<Result<DeviceInfo>>
  samples(): Promise<Result<readonly SampleInfo[]>>
  /** Opens the built-in model; progress in bytes. */
  openBuiltin(id: string, onProgress: (done: number, total: number) => void): Promise<Result<BaseInfo>>
  /** Opens a dropped Hugging Face folder. `id`: what recipes call it; unsaid: the folder's name. */
  openFolder(files: readonly NamedFile[], onProgress: (done: number, total: number) => void, id?: string): Promise<Result<BaseInfo>>
  /** How frozen weights are kept on the GPU from here on, until a run or an estimate of another recipe; they are loaded anew when next needed. */
  keepWeights(base: Recipe['base']): Promise<Result<true>>
  /** Reads a bundled sample or a dropped file and renders it for the open base. */
  openSample(id: string, recipe: Recipe): Promise<Result<DatasetInfo>>
  /** `test`: a second file whose rows are asked before and after. `validation`: one whose rows are held out, instead of a share. */
  openFile(file: NamedFile, recipe: Recipe, test?: NamedFile, validation?: NamedFile): Promise<Result<DatasetInfo>>
  /** Opens the dataset of every task of the recipe; files that are open already need not be given again. */
  openTasks(recipe: Recipe, files: readonly TaskFile[]): Promise<Result<DatasetInfo>>
  /** Re-renders the open dataset after the recipe changed (length, packing, trained tokens). */
  describeData(recipe: Recipe): Promise<Result<DatasetInfo>>
  /** Exact parameters and bytes, and a time estimate from a measured probe when `probe` is set. */
  estimate(recipe: Recipe, probe: boolean): Promise<Result<PlanSummary>>
  /** Runs to the end (or pause, stop); answers with the run's record. Every event also reaches `onEvent`. */
  train(recipe: Recipe, onEvent: (event: RunEvent) => void): Promise<Result<RunRecord>>
  /** Continues an unfinished run from its last committed checkpoint, at another peak learning rate if one is given. */
  continueRun(id: string, onEvent: (event: RunEvent) => void, learningRate?: number): Promise<Result<RunRecord>>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Finishes the step in flight, saves a checkpoint and the adapter, and ends. */
  stop(): Promise<void>
  runs(): Promise<Result<readonly RunRecord[]>>
  /** All events of a stored run, for its curves. */
  runEvents(id: string): Promise<Result<readonly RunEvent[]>>
  deleteRun(id: string): Promise<Result<true>>
  generate(request: GenerateRequest, onText: SaidText): Promise<Result<string>>
  /** Several answers side by side, in one batch where their adapters allow it; each is what `generate` gives. `onEnd` hears of each as it ends, the result of all. */
  generateBeside(requests: readonly GenerateRequest[], onText: SaidBeside, onEnd: (answer: number, result: Result<string>) => void): Promise<readonly Result<string>[]>
  stopGenerating(): Promise<void>
  /** The PEFT folder (or, after full tuning, the model folder) as one zip. */
  exportRun(id: string): Promise<Result<{ readonly name: string; readonly zip: Blob }>>
}
