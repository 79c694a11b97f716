// The report card of a run: what the base and the tuned model reach on the same rows, how sure each number is, and whether the
// difference between them is more than chance. Shares and scores are told from 0 to 100; losses in the unit of their name.

/** 95 %. */
export interface Interval {
  readonly low: number
  readonly high: number
}

export const MEASURES = ['accuracy', 'exact_match', 'f1', 'macro_f1', 'chrf', 'bleu', 'perplexity', 'bits_per_byte'] as const
export type MeasureId = (typeof MEASURES)[number]

/** As texts name them. */
export const MEASURE_NAMES: Readonly<Record<MeasureId, string>> = {
  accuracy: 'Accuracy',
  exact_match: 'Exact match',
  f1: 'Entity F1',
  macro_f1: 'Macro F1',
  chrf: 'chrF',
  bleu: 'BLEU',
  perplexity: 'Perplexity',
  bits_per_byte: 'Bits per byte',
}

/** Rows that were answered, rows held out from training, or general text that no training row came from. */
export type MeasuredOn = 'test' | 'validation' | 'general'

export interface Measured {
  readonly value: number
  readonly interval?: Interval
}

export interface Difference {
  /** McNemar's exact test where every answer is right or wrong, else a paired bootstrap over rows. */
  readonly test: 'mcnemar' | 'bootstrap'
  readonly p: number
  /** Of after − before; McNemar's test has none. */
  readonly interval?: Interval
  /** `unclear`: it may be chance, p is 0.05 or more. */
  readonly verdict: 'better' | 'worse' | 'unclear'
}

export interface Measure {
  readonly id: MeasureId
  readonly on: MeasuredOn
  /** What it was measured on; `unit` says of what. */
  readonly count: number
  readonly unit: 'answer' | 'text' | 'row' | 'passage'
  /** The base; where it cannot be asked, as a head for classes that starts fresh, the model before its first step. */
  readonly before?: Measured
  readonly after?: Measured
  /** Absent where one side is missing, or there are too few rows to tell. */
  readonly difference?: Difference
}

/** Answers of one model by class. */
export interface Confusion {
  /** (expected, answered), with one more column for answers that are no class. */
  readonly counts: readonly (readonly number[])[]
  /** 0 to 1, by class. */
  readonly classes: readonly { readonly precision: number; readonly recall: number; readonly f1: number; readonly support: number }[]
  readonly macroF1: number
}

export interface Report {
  readonly measures: readonly Measure[]
  /** Where the expected answers are few different short ones. */
  readonly classes?: { readonly labels: readonly string[]; readonly before?: Confusion; readonly after?: Confusion }
}

/** Whether more of it is worse. */
export const lowerIsBetter = (id: MeasureId): boolean => id === 'perplexity' || id === 'bits_per_byte'

/** Whether both models reach the very same. */
export const isSame = ({ before, after }: Measure): boolean => before !== undefined && before.value === after?.value
