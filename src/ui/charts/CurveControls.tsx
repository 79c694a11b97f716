// How the curves are looked at, and the cursor for those who have no mouse.
import { useId } from 'react'
import type { CurveView } from '../../store/views.ts'
import { formatCount } from '../format.ts'
import { useWords } from '../words/language.ts'
import './CurveControls.css'

interface Props {
  view: CurveView
  /** Steps so far. */
  count: number
  onChange: (view: CurveView) => void
}

const lengths = [1000, 100]

export function CurveControls({ view, count, onChange }: Props) {
  const id = useId()
  const w = useWords().watch
  const { smoothed, raw, log, last } = view
  const toggle = (which: 'smoothed' | 'raw'): void => {
    const next = { ...view, [which]: !view[which] }
    // One of the two is always there to see.
    onChange(next.smoothed || next.raw ? next : { ...next, [which === 'raw' ? 'smoothed' : 'raw']: true })
  }
  return (
    <div className="curve-controls" role="group" aria-label={w.shown}>
      <button type="button" aria-pressed={smoothed} onClick={() => toggle('smoothed')}>
        {w.smoothed}
      </button>
      <button type="button" aria-pressed={raw} onClick={() => toggle('raw')}>
        {w.raw}
      </button>
      <button type="button" aria-pressed={log} onClick={() => onChange({ ...view, log: !log })}>
        {w.log}
      </button>
      <span className="curve-steps">
        <label htmlFor={id}>{w.steps}</label>
        <select
          id={id}
          value={last ?? 'all'}
          onChange={(e) => {
            const { last: _last, ...rest } = view
            onChange(e.target.value === 'all' ? rest : { ...rest, last: Number(e.target.value) })
          }}
        >
          <option value="all">{w.all}</option>
          {lengths
            .filter((n) => n < count || n === last)
            .map((n) => (
              <option key={n} value={n}>
                {w.last(formatCount(n))}
              </option>
            ))}
        </select>
      </span>
    </div>
  )
}
