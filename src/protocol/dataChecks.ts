// What is found in a dataset before it is trained on, as data: each finding counts rows, says one sentence, and names the
// changes of the recipe that take it away.
import type { Mapping } from './dataRecipe.ts'
import type { Remedy } from './failure.ts'

export type CheckKind = 'syntax' | 'columns' | 'quotes' | 'missing' | 'empty' | 'no-room' | 'other' | 'duplicates' | 'leaks' | 'too-long' | 'contradictions' | 'balance' | 'same-pairs' | 'written-labels'

export interface DataCheck {
  readonly kind: CheckKind
  readonly rows: number
  /** One sentence: what was found, and what happens with these rows. */
  readonly message: string
  /** Lines of the first of them. */
  readonly lines: readonly number[]
  readonly remedies: readonly Remedy[]
}

export interface LabelCount {
  readonly label: string
  readonly train: number
  readonly validation: number
}

/** Parts of a dataset's description that say what to look at; absent where several datasets are open. */
export interface DataFindings {
  readonly checks?: readonly DataCheck[]
  /** What a person should know of how the rows are used. */
  readonly notes?: readonly string[]
  /** Rows trained on and held out, as the recipe splits and shapes them. */
  readonly split?: { readonly train: number; readonly validation: number; readonly isGiven: boolean }
  /** Examples by length: `counts[i]` have more than `edges[i - 1]` and at most `edges[i]` tokens, before anything is cut. */
  readonly lengths?: { readonly edges: readonly number[]; readonly counts: readonly number[] }
  /** Share of a batch's places that hold tokens, 0 to 1: packed, and sorted into lengths. */
  readonly fill?: { readonly packed: number; readonly padded: number }
  /** Most frequent first, where texts or words have labels. */
  readonly labels?: readonly LabelCount[]
  /** What has the labels; unsaid: rows. */
  readonly labelUnit?: 'word'
  /** Columns of the file, and how they are mapped. */
  readonly columns?: readonly string[]
  readonly mapping?: Mapping
  /** The columns are no known kind of dataset: they must be mapped before anything can be trained. */
  readonly isUnmapped?: true
  /** Lengths, tokens and cut rows were counted on this many rows, the first ones. */
  readonly measuredRows?: number
}
