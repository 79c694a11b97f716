// Examples become batches of fixed shape. Invariant: `batch(i)` depends on the examples, the options and i alone, so a
// run resumes at any step without replaying; every epoch holds every example exactly once.
// Refuses to know text: padding carries no loss and no segment, whatever its id.
import { shuffle } from '../lib/rng.ts'
import type { Example } from './examples.ts'
import { bucketRows } from './bucketRows.ts'
import { packRows } from './packRows.ts'

/** The label of a place that carries no loss, as in transformers. */
export const IGNORED = -100

export interface Batch {
  readonly B: number
  readonly T: number
  readonly tokens: Int32Array<ArrayBuffer> // (B, T)
  /** The token to be predicted at each place, already shifted; -100 where none is. */
  readonly targets: Int32Array<ArrayBuffer> // (B, T)
  /** Places within the example, from 0. */
  readonly positions: Int32Array<ArrayBuffer> // (B, T)
  /** Which example of the row a place belongs to; -1 is padding. */
  readonly segments: Int32Array<ArrayBuffer> // (B, T)
  /** Rows that hold examples; the rest is padding, only in an epoch's last batch. */
  readonly rows: number
  readonly tokenCount: number
  readonly trainedTokens: number
  /** Row of the task table that the whole batch belongs to; 0 where there is one task. */
  readonly task?: number
  /** 1 for the second text of a pair; unsaid: all 0. */
  readonly tokenTypes?: Int32Array<ArrayBuffer> // (B, T)
}

export interface BatchOptions {
  readonly batchSize: number
  readonly maxLength: number
  readonly packing: boolean
  readonly seed: number
  readonly padId?: number
}

export interface BatchPlan {
  readonly batchesPerEpoch: number
  /** Every shape that occurs, largest first. */
  readonly shapes: readonly { readonly B: number; readonly T: number }[]
  /** The batch at a global index: epoch after epoch, each in an order of its own. */
  batch(index: number): Batch
}

/** Lengths come in multiples of this, so that few shapes exist. */
const LENGTH_STEP = 32
export const roundedLength = (length: number): number => Math.max(1, Math.ceil(length / LENGTH_STEP)) * LENGTH_STEP

export function planBatches(examples: readonly Example[], options: BatchOptions): BatchPlan {
  const { batchSize, maxLength, packing, seed } = options
  const lengths = examples.map((e) => Math.min(e.ids.length, maxLength))
  // Packed once for all epochs, so that each epoch has the same number of batches; their order still changes.
  const packed = packing ? packRows(lengths, maxLength, shuffle(lengths.length, seed, 0x9acc)) : undefined
  const batchesPerEpoch = Math.ceil((packed ?? lengths).length / batchSize)
  const epochs = new Map<number, number[][][]>()

  /** Batches of rows of example numbers. */
  const epochPlan = (epoch: number): number[][][] => {
    const known = epochs.get(epoch)
    if (known) return known
    const order = shuffle((packed ?? lengths).length, seed, epoch)
    const plan = packed
      ? chunks(
          Array.from(order, (r) => packed[r] ?? []),
          batchSize,
        )
      : bucketRows(lengths, order, batchSize, seed, epoch).map((batch) => batch.map((i) => [i]))
    epochs.clear()
    epochs.set(epoch, plan)
    return plan
  }
  const lengthOf = (rows: readonly (readonly number[])[]): number =>
    packed ? roundedLength(maxLength) : roundedLength(Math.max(...rows.map((r) => lengths[r[0]])))

  const possible = packed ? [roundedLength(maxLength)] : [...new Set(lengths.map(roundedLength))].sort((a, b) => b - a)
  return {
    batchesPerEpoch,
    shapes: batchesPerEpoch === 0 ? [] : possible.map((T) => ({ B: batchSize, T })),
    batch(index) {
      const rows = epochPlan(Math.floor(index / batchesPerEpoch))[index % batchesPerEpoch]
      if (!rows) throw new RangeError(`There is no batch ${index} of ${examples.length} examples.`)
      return fill(
        rows.map((row) => row.map((i) => examples[i]).filter((e) => e !== undefined)),
        lengthOf(rows),
        options,
      )
    },
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

function fill(rows: readonly (readonly Example[])[], T: number, options: BatchOptions): Batch {
  const B = options.batchSize
  const tokens = new Int32Array(B * T).fill(options.padId ?? 0)
  const targets = new Int32Array(B * T).fill(IGNORED)
  const positions = new Int32Array(B * T)
  const segments = new Int32Array(B * T).fill(-1)
  const tokenTypes = rows.some((row) => row.some((e) => e.types)) ? new Int32Array(B * T) : undefined
  let tokenCount = 0
  let trainedTokens = 0
  rows.forEach((row, b) => {
    let at = b * T
    row.forEach((example, segment) => {
      const length = Math.min(example.ids.length, options.maxLength)
      for (let i = 0; i < length; i++, at++) {
        tokens[at] = example.ids[i]
        positions[at] = i
        segments[at] = segment
        if (tokenTypes) tokenTypes[at] = example.types?.[i] ?? 0
        // A segment's last place predicts no token: what follows belongs to another example.
        const target = example.targets ? example.targets[i] : i + 1 < length && example.mask[i + 1] === 1 ? example.ids[i + 1] : IGNORED
        if (target === undefined || target < 0) continue
        targets[at] = target
        trainedTokens++
      }
      tokenCount += length
    })
  })
  return { B, T, tokens, targets, positions, segments, rows: rows.length, tokenCount, trainedTokens, ...(tokenTypes && { tokenTypes }) }
}
