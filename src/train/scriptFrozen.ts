// What frozen.py needs to know of a base whose frozen matrices are kept in fewer bits: which, and in which type.
import { dynamicEnds, dynamicValues, nf4Ends, nf4Values } from '../graph/codebooks.ts'
import { blockTypes, NESTED } from '../graph/blocks.ts'
import { INT8_STEP, packBlocks, unpackBlocks, type Quantized } from '../graph/packBlocks.ts'
import type { OpenModel } from './base.ts'
import type { WeightEntry } from './census.ts'
import { matrixType } from './weights.ts'

/** Blocks of values, each the nearest of `values` times the block's scale: the largest magnitude times `step`. */
interface RoundingTable {
  readonly block: number
  readonly step: number
  readonly values: readonly number[]
  /** Where one value ends and the next begins. */
  readonly ends: readonly number[]
  /** How the scales less their mean are rounded themselves. */
  readonly scales?: RoundingTable
}

export interface ScriptFrozen {
  readonly type: Quantized | null
  /** Matrices in blocks. */
  readonly names: readonly string[]
  /** Linear layers that stay floats. */
  readonly skip: readonly string[]
  readonly floats: 'bfloat16' | 'float16' | null
  /** Matrices rounded to these floats. */
  readonly float_names: readonly string[]
  readonly table: RoundingTable | null
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)
const nf4 = { block: blockTypes.nf4.block, step: 1, values: nf4Values, ends: nf4Ends }
const TABLES: Readonly<Record<Quantized, RoundingTable>> = {
  int8: { block: blockTypes.int8.block, step: INT8_STEP, values: range(-127, 255), ends: range(-126.5, 254) },
  nf4,
  nf4_double: { ...nf4, scales: { block: NESTED.block, step: 1, values: dynamicValues, ends: dynamicEnds } },
}

/** @returns undefined where all is computed with as its file has it */
export function scriptFrozen(model: OpenModel, weights: readonly WeightEntry[]): ScriptFrozen | undefined {
  const { quantization, floats } = model.kept
  if (!quantization && !floats) return undefined
  const matrices = weights.filter((w) => w.role === 'matrix').map((w) => w.name)
  const names = matrices.filter((name) => matrixType(model, name) === quantization)
  return {
    type: quantization ?? null,
    names,
    skip: model.outline.linears.filter((path) => !names.includes(`${path}.weight`)),
    floats: floats === 'bf16' ? 'bfloat16' : floats === 'f16' ? 'float16' : null,
    float_names: matrices.filter((name) => matrixType(model, name) === floats),
    table: quantization ? TABLES[quantization] : null,
  }
}

/** A base tensor's values as it is computed with. */
export function asKept(model: OpenModel, name: string, values: Float32Array): Float32Array {
  const { quantization } = model.kept
  return quantization && matrixType(model, name) === quantization ? unpackBlocks(packBlocks(values, quantization), quantization, values.length) : values
}
