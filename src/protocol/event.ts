// What a run says while it lives, in order. The page, the command line and the metrics file read the same events.
import type { Failure } from './failure.ts'
import type { Report } from './report.ts'

/** Exact bytes by class, as planned before the run starts. */
export interface Bytes {
  readonly weights: number
  readonly activations: number
  readonly workspace: number
  /** Trainable values, gradients and the optimizer's moments. */
  readonly trainable: number
  readonly total: number
}

export interface PlanSummary {
  readonly trainableParameters: number
  readonly totalParameters: number
  readonly bytes: Bytes
  /** How far down gradients go at most, and what full tuning of the same batch would keep besides; absent from older runs. */
  readonly backward?: {
    /** Layers with a backward pass, and all of them. */
    readonly layers: number
    readonly of: number
    /** Bytes of activations that full tuning would keep and this does not. */
    readonly sparedBytes: number
  }
  /** Dispatches in one step. */
  readonly dispatches: number
  /** Seconds for the whole run, from a measured probe step; absent before the probe. */
  readonly seconds?: number
}

export interface Answer {
  readonly prompt: string
  readonly expected: string
  readonly answer: string
  readonly correct: boolean
}

/** A token of an example, and what the model lost on it in nats; without where it is not to be predicted. */
export interface ReadToken {
  readonly text: string
  readonly special?: boolean
  readonly loss?: number
}

/** Of answers: written alike, the right class, or labelled stretches of words found whole. */
export type Metric = 'exact_match' | 'accuracy' | 'f1'

/** Labelled stretches of words: how many there are, were found, and are right; seqeval's micro average, 0 to 1. */
export interface EntityScore {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly right: number
  readonly wanted: number
  readonly found: number
}

export type Phase = 'loading' | 'planning' | 'compiling' | 'scoring' | 'training' | 'paused' | 'saving' | 'done' | 'stopped' | 'failed'

export type RunEvent =
  | { readonly type: 'phase'; readonly phase: Phase; readonly detail?: string; readonly at: number }
  | { readonly type: 'plan'; readonly plan: PlanSummary }
  | {
      readonly type: 'step'
      /** 1 after the first update. */
      readonly step: number
      readonly steps: number
      /** Mean loss over the step's trained target tokens, in nats. */
      readonly loss: number
      readonly learningRate: number
      /** L2 norm of all gradients before clipping. */
      readonly gradNorm: number
      /** Tokens read, padding excluded. */
      readonly tokens: number
      readonly trainedTokens: number
      readonly ms: number
    }
  | {
      readonly type: 'validation'
      readonly step: number
      /** In nats per trained token; of several tasks the mean, whatever their sizes. */
      readonly loss: number
      readonly tokens: number
      /** How long it took. */
      readonly ms?: number
      readonly tasks?: readonly { readonly name: string; readonly loss: number; readonly tokens: number }[]
    }
  /** Patience ran out: no validation since `best` was lower. */
  | { readonly type: 'early-stop'; readonly step: number; readonly patience: number; readonly best: { readonly step: number; readonly loss: number } }
  /** At the end: the values of that step, of the lowest validation loss, are the run's result. */
  | { readonly type: 'best'; readonly step: number; readonly loss: number }
  /** `at`: when, in milliseconds since 1970; absent from older runs. */
  | { readonly type: 'checkpoint'; readonly step: number; readonly bytes: number; readonly at?: number }
  /** Bytes of every buffer that is on the GPU; said when they change. */
  | { readonly type: 'memory'; readonly bytes: number }
  | { readonly type: 'scoring'; readonly when: 'before' | 'after'; readonly done: number; readonly total: number }
  | {
      readonly type: 'score'
      readonly when: 'before' | 'after'
      readonly metric: Metric
      /** Right ones and all of them, of what `unit` says. */
      readonly correct: number
      readonly total: number
      /** What is counted; unsaid: answers. */
      readonly unit?: 'word'
      /** Where the metric is f1. */
      readonly entities?: EntityScore
      /** Task by task, in order, where there are several. */
      readonly answers: readonly Answer[]
      readonly tasks?: readonly { readonly name: string; readonly correct: number; readonly total: number }[]
    }
  /** At the end of a run that was not stopped. */
  | { readonly type: 'report'; readonly report: Report }
  /** L2 norms of the loss's gradient before clipping, layer by layer, without penalties on the values; 200 times in a run at most. */
  | {
      readonly type: 'layers'
      readonly step: number
      /** Of the model. */
      readonly layers: number
      /** Levels that train, lowest first: −1 is the embeddings, then layers from 0, and what is above them is `layers`. */
      readonly norms: readonly (readonly [level: number, norm: number])[]
    }
  /** Answers to the same prompts after that step; where the recipe names them, nothing is expected. */
  | { readonly type: 'samples'; readonly step: number; readonly answers: readonly Answer[]; readonly ms: number }
  /** The same held-out examples after that step, token by token. */
  | { readonly type: 'reading'; readonly step: number; readonly examples: readonly (readonly ReadToken[])[] }
  /** A run that goes on from that step does so at another peak learning rate. */
  | { readonly type: 'rate'; readonly step: number; readonly was: number; readonly is: number }
  | { readonly type: 'failure'; readonly failure: Failure }
