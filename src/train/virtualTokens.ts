// Where a batch's tokens stand once a method put virtual ones in front of every row: prompt tokens lengthen the sequence,
// prefix tokens exist as keys and values only. Positions count from the first virtual token, as in PEFT.
import type { Batch } from '../data/batches.ts'
import type { Family } from '../families/family.ts'
import type { Attachment } from '../methods/method.ts'
import { Fault } from '../protocol/failure.ts'

export interface VirtualTokens {
  readonly prompt: number
  readonly prefix: number
}

export function virtualTokens(attachments: readonly Attachment[]): VirtualTokens {
  const most = (counts: readonly (number | undefined)[], what: string): number => {
    const given = counts.filter((n) => n !== undefined)
    if (given.length > 1) throw new Fault('bad-recipe', `Two methods of this recipe bring ${what}.`, 'Keep one of them.')
    return given[0] ?? 0
  }
  return { prompt: most(attachments.map((a) => a.prompt?.count), 'prompt tokens'), prefix: most(attachments.map((a) => a.prefix?.count), 'a prefix') }
}

/** Whether one class is predicted, from the first token of a sequence. */
export const pooledFirst = ({ family, config }: { readonly family: Family; readonly config: unknown }): boolean =>
  family.pooled === 'first' && family.dimensions(config).taskType === 'SEQ_CLS'

export interface Placed {
  /** By the names under which a traced forward pass asks for them; the segments of keys include the prefix, and virtual tokens are of type 0. */
  readonly inputs: Readonly<Record<'positions' | 'segments' | 'key segments' | 'token types', Int32Array<ArrayBuffer>>>
  /** Place of a token of the batch among the rows of hidden states. */
  row(place: number): number
}

/** @param pooledFirst the first token of a sequence stands for all of it, and with prompt tokens that is the first of these */
export function placeVirtual(batch: Pick<Batch, 'B' | 'T' | 'positions' | 'segments' | 'tokenTypes'>, { prompt, prefix }: VirtualTokens, pooledFirst = false): Placed {
  const { B, T, positions, segments, tokenTypes } = batch
  if (prompt + prefix > 0 && segments.some((s) => s > 0))
    throw new Fault('bad-recipe', 'Virtual tokens stand at the start of a sequence, so rows cannot be packed with this method.', 'Turn packing off.', undefined, [{ kind: 'training', name: 'packing', value: false }])
  const L = prompt + T
  const at = new Int32Array(B * L)
  const own = new Int32Array(B * L)
  const keys = new Int32Array(B * (prefix + L))
  const types = new Int32Array(B * L)
  for (let b = 0; b < B; b++)
    for (let i = 0; i < L; i++) {
      const token = b * T + i - prompt
      at[b * L + i] = prefix + (prompt > 0 ? i : positions[token])
      own[b * L + i] = i < prompt ? 0 : segments[token]
      keys[b * (prefix + L) + prefix + i] = own[b * L + i]
      types[b * L + i] = i < prompt ? 0 : (tokenTypes?.[token] ?? 0)
    }
  const row = (place: number): number => Math.floor(place / T) * L + (pooledFirst && place % T === 0 ? 0 : prompt + (place % T))
  return { inputs: { positions: at, segments: own, 'key segments': keys, 'token types': types }, row }
}
