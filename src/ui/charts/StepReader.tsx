// Reads the curves step by step without a mouse: a slider that moves the cursor of every chart with the same key.
import { useState } from 'react'
import uPlot from 'uplot'
import { formatCount } from '../format.ts'
import { useWords } from '../words/language.ts'

interface Props {
  syncKey: string
  /** Drawn steps, rising. */
  steps: Float64Array
}

export function StepReader({ syncKey, steps }: Props) {
  const w = useWords().watch
  const [row, setRow] = useState<number>()
  if (steps.length < 2) return null
  const at = Math.min(row ?? steps.length - 1, steps.length - 1)
  const move = (to: number): void => {
    setRow(to)
    for (const plot of uPlot.sync(syncKey).plots) plot.setCursor({ left: plot.valToPos(steps[to] ?? 0, 'x'), top: 4 })
  }
  return (
    <label className="step-reader small soft">
      <span>{w.read}</span>
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={at}
        aria-valuetext={`${w.step} ${formatCount(steps[at] ?? 0)}`}
        onChange={(e) => move(Number(e.target.value))}
      />
      <output>{formatCount(steps[at] ?? 0)}</output>
    </label>
  )
}
