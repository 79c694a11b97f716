// A held-out example as the model reads it, every token tinted by what it costs, before and after; the table has the numbers.
import { useId, useState } from 'react'
import type { ReadToken } from '../../protocol/event.ts'
import type { RunState } from '../../store/runState.ts'
import { Explain } from '../explain/Explain.tsx'
import { formatCount, formatLoss, formatSmall } from '../format.ts'
import { visible } from '../parts/TokenText.tsx'
import { useWords } from '../words/language.ts'
import { meanLoss, tint, TINTS } from './tokenTint.ts'
import './TokenReading.css'

type Readings = NonNullable<RunState['readings']>

export function TokenReading({ readings }: { readings: Readings }) {
  const id = useId()
  const { watch: w, charts: c } = useWords()
  const [chosen, setChosen] = useState(0)
  const [isOpen, setIsOpen] = useState(false)
  const count = readings[0]?.examples.length ?? 0
  const shown = readings.map(({ step, examples }) => ({ step, tokens: examples[chosen] ?? [] }))
  if (count === 0) return null
  return (
    <section className="stack reading" aria-labelledby={`${id}-title`}>
      <div className="row">
        <span className="chart-title">
          <h3 id={`${id}-title`}>{w.tokens}</h3>
          <Explain of="cost" />
        </span>
        <label className="reading-choice small soft">
          {w.example}{' '}
          <select value={chosen} onChange={(e) => setChosen(Number(e.target.value))}>
            {Array.from({ length: count }, (_, i) => (
              <option key={i} value={i}>
                {i + 1}: {titleOf(readings[0]?.examples[i] ?? [])}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="reading-pair">
        {shown.map(({ step, tokens }) => (
          <figure key={step}>
            <figcaption className="small soft">
              {step === 0 ? w.before : w.after(formatCount(step))}: {w.mean(formatLoss(meanLoss(tokens)))}
            </figcaption>
            <p className="token-text">
              {tokens.map(({ text, special, loss }, i) => (
                <span key={i} className={[special ? 'token-special' : '', loss === undefined ? 'reading-context' : `tint-${tint(loss)}`].join(' ').trim()}>
                  {visible(text)}
                </span>
              ))}
            </p>
          </figure>
        ))}
      </div>
      <p className="token-legend">
        {TINTS.map((from, i) => (
          <span key={from}>
            <span className={`tint-${i}`}> {i === 0 ? c.costsUnder(formatSmall(TINTS[1] ?? 0)) : i === TINTS.length - 1 ? c.costsOver(formatSmall(from)) : c.costs(formatSmall(from), formatSmall(TINTS[i + 1] ?? 0))} </span>
          </span>
        ))}
        <span>{w.nats}</span>
      </p>
      <details onToggle={(e) => setIsOpen(e.currentTarget.open)}>
        <summary>
          {c.asTable}
          <span className="unseen">{c.costsOf}</span>
        </summary>
        {isOpen && <ReadingTable shown={shown} />}
      </details>
    </section>
  )
}

const titleOf = (tokens: readonly ReadToken[]): string => {
  const text = tokens
    .filter((t) => !t.special)
    .map((t) => t.text)
    .join('')
    .trim()
    .replace(/\s+/g, ' ')
  return text.length > 48 ? `${text.slice(0, 47)}…` : text
}

function ReadingTable({ shown }: { shown: readonly { readonly step: number; readonly tokens: readonly ReadToken[] }[] }) {
  const w = useWords().charts
  const [first, last] = [shown[0], shown.length > 1 ? shown.at(-1) : undefined]
  return (
    <div className="chart-table" tabIndex={0} role="region" aria-label={w.costsTable}>
      <table>
        <thead>
          <tr>
            <th scope="col">{w.token}</th>
            {shown.map(({ step }) => (
              <th key={step} scope="col" className="number">
                {step === 0 ? w.before : `${w.step} ${formatCount(step)}`}
              </th>
            ))}
            {last && (
              <th scope="col" className="number">
                {w.change}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {first?.tokens.map(({ text, loss }, i) =>
            loss === undefined ? null : (
              <tr key={i}>
                <th scope="row" className="mono">
                  {visible(text).replaceAll(' ', '·')}
                </th>
                {shown.map(({ step, tokens }) => (
                  <td key={step} className="number">
                    {formatLoss(tokens[i]?.loss)}
                  </td>
                ))}
                {last && <td className="number">{changeText((last.tokens[i]?.loss ?? 0) - loss)}</td>}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  )
}

const changeText = (by: number): string => `${by < 0 ? '−' : '+'}${formatLoss(Math.abs(by))}`
