// What each of the compared runs came to: quality, trainable parameters, bytes and seconds. Pure.
import type { RunRecord } from '../../protocol/studio.ts'
import { validationNow } from '../../store/runFigures.ts'
import { CURVE, type RunState } from '../../store/runState.ts'
import { column } from '../../store/table.ts'
import { formatBytes, formatDuration, formatLoss, formatShare, formatShort } from '../format.ts'
import { metricName, metricOf } from '../metricWords.ts'
import { say } from '../words/language.ts'

export interface ComparedRun {
  readonly record: RunRecord
  readonly run: RunState
  readonly label: string
  /** A colour token's name. */
  readonly colour: string
}

export interface CompareMeasure {
  readonly name: string
  /** By run; undefined where it has none. */
  readonly values: readonly (number | undefined)[]
  readonly format: (value: number) => string
  /** A full bar; unsaid: the largest value. */
  readonly full?: number
}

export function compareMeasures(runs: readonly ComparedRun[]): readonly CompareMeasure[] {
  const w = say().runs.measures
  const metrics = [...new Set(runs.flatMap(({ record }) => (record.scores?.after === undefined ? [] : [metricOf(record)])))]
  const measures: CompareMeasure[] = [
    ...metrics.map((metric) => ({
      name: metricName(metric),
      values: runs.map(({ record }) => (metricOf(record) === metric ? record.scores?.after : undefined)),
      format: (v: number) => formatShare(v, 1),
      full: 1,
    })),
    { name: w.validation, values: runs.map(({ run }) => run.best?.loss ?? validationNow(run)), format: formatLoss },
    { name: w.trainable, values: runs.map(({ run }) => run.plan?.trainableParameters), format: formatShort },
    { name: w.memory, values: runs.map(({ run }) => run.plan?.bytes.total), format: formatBytes },
    { name: w.time, values: runs.map(({ run }) => secondsOf(column(run.curve, CURVE.ms))), format: formatDuration },
  ]
  return measures.filter(({ values }) => values.some((v) => v !== undefined))
}

const secondsOf = (ms: Float64Array): number | undefined => (ms.length > 0 ? ms.reduce((a, b) => a + b, 0) / 1000 : undefined)

/** Percent of a full bar. */
export const barOf = ({ values, full }: CompareMeasure, value: number): number => {
  const top = full ?? values.reduce<number>((a, b) => Math.max(a, b ?? 0), 0)
  return top > 0 ? Math.round((1000 * Math.max(0, value)) / top) / 10 : 0
}
