// Chosen runs side by side: what is other about them in a sentence, their curves in one chart, and what each came to.
import { useMemo } from 'react'
import { diffSentence, recipeDiff, type Difference } from '../../store/recipeDiff.ts'
import { useActions, useApp } from '../AppContext.ts'
import { compareData, type CurveName } from '../charts/compareData.ts'
import { LineChart } from '../charts/LineChart.tsx'
import type { Series } from '../charts/series.ts'
import { StepReader } from '../charts/StepReader.tsx'
import { formatLoss, formatSmall } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { methodText } from '../methodNames.ts'
import { runLabels } from '../runLabels.ts'
import { say, useWords } from '../words/language.ts'
import { CompareBars } from './CompareBars.tsx'
import type { ComparedRun } from './compareMeasures.ts'
import './CompareView.css'

const COLOURS = ['train', 'validation', 'rate', 'norm', 'fifth', 'sixth']
/** Told apart without colour, too. */
const DASHES = [undefined, [8, 4], [2, 3], [12, 3, 2, 3], [5, 2], [1, 5]]

export function CompareView() {
  const w = useWords().compare
  const compared = useApp((s) => s.compared)
  const records = useApp((s) => s.runs.value)
  const live = useApp((s) => (s.working && s.compared.some((c) => c.id === s.runId) ? s.run : undefined))
  const liveId = useApp((s) => s.runId)
  const { clearCompared } = useActions()
  const catalogue = useApp((s) => s.methods.value)
  const runs = useMemo(() => {
    const found = compared.flatMap(({ id, run }) => {
      const record = records?.find((r) => r.id === id)
      const state = live && id === liveId ? live : run.value
      return record && state ? [{ record, run: state }] : []
    })
    const labels = runLabels(found.map((f) => f.record), ({ methods }) => methodText(methods, catalogue))
    return found.map((f, i): ComparedRun => ({ ...f, label: labels[i] ?? '', colour: COLOURS[i] ?? 'raw' }))
  }, [compared, records, live, liveId, catalogue])
  const failure = compared.find((c) => c.run.failure)?.run.failure
  if (compared.length === 0) return null
  return (
    <section className="compare stack" id="compare" aria-labelledby="compare-title">
      <div className="row compare-head">
        <h3 id="compare-title">{w.title}</h3>
        <button type="button" className="quiet" onClick={clearCompared}>
          {w.clear}
        </button>
      </div>
      {failure && <FailureNote failure={failure} />}
      {runs.length < 2 ? (
        <p className="small soft">{runs.length === 0 && compared.some((c) => c.run.busy) ? w.reading : w.another}</p>
      ) : (
        <>
          <Differences runs={runs} />
          <CompareCharts runs={runs} />
          <CompareBars runs={runs} />
        </>
      )}
    </section>
  )
}

/** Every other run against the first. */
function Differences({ runs }: { runs: readonly ComparedRun[] }) {
  const { compare: w, runs: words } = useWords()
  const methods = useApp((s) => s.methods)
  const presets = useApp((s) => s.presets)
  const [first, ...others] = runs
  if (!first) return null
  const known = { methods: methods.value ?? [], presets }
  const found = others.map(({ record, label }) => ({ label, differences: recipeDiff(first.record.recipe, record.recipe, known, words) }))
  return (
    <div className="stack">
      {found.map(({ label, differences }) => (
        <p key={label}>{diffSentence(first.label, label, differences, words)}</p>
      ))}
      {found.some(({ differences }) => differences.length > 0) && (
        <details>
          <summary>{w.all}</summary>
          <DifferenceTable first={first.label} found={found} />
        </details>
      )}
    </div>
  )
}

function DifferenceTable({ first, found }: { first: string; found: readonly { readonly label: string; readonly differences: readonly Difference[] }[] }) {
  const w = useWords().compare
  const names = [...new Set(found.flatMap(({ differences }) => differences.map((d) => d.name)))]
  const wasOf = (name: string): string => found.flatMap(({ differences }) => differences).find((d) => d.name === name)?.was ?? ''
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={w.all}>
      <table>
        <thead>
          <tr>
            <th scope="col">{w.setting}</th>
            <th scope="col">{first}</th>
            {found.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{wasOf(name)}</td>
              {found.map(({ label, differences }) => {
                const own = differences.find((d) => d.name === name)
                return own ? <td key={label}>{own.is}</td> : <td key={label} className="soft">{w.same}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const SHOWN: readonly CurveName[] = ['smoothed', 'validation']
const FURTHER: readonly CurveName[] = ['gradNorm', 'learningRate']

function CompareCharts({ runs }: { runs: readonly ComparedRun[] }) {
  const { compare: w, watch } = useWords()
  const { log, more } = useApp((s) => s.views.compared)
  const { look } = useActions()
  const key = runs.map((r) => r.label).join('\n')
  // The same list for the same runs, so that a growing curve does not build its chart anew.
  const series = useMemo(() => {
    const of = (dots: boolean) => key.split('\n').map((label, i): Series => ({ label, colour: COLOURS[i] ?? 'raw', width: 2, dots, ...(DASHES[i] && { dash: DASHES[i] }) }))
    return { lines: of(false), dots: of(true) }
  }, [key])
  const names = more ? [...SHOWN, ...FURTHER] : SHOWN
  const data = useMemo(() => {
    const states = runs.map((r) => r.run)
    return Object.fromEntries([...SHOWN, ...FURTHER].map((name) => [name, compareData(states, name, log && name !== 'learningRate')]))
  }, [runs, log])
  return (
    <div className="stack">
      <div className="curve-controls" role="group" aria-label={watch.shown}>
        <button type="button" aria-pressed={log} onClick={() => look({ compared: { log: !log, more } })}>
          {watch.log}
        </button>
        <button type="button" aria-pressed={more} onClick={() => look({ compared: { log, more: !more } })}>
          {w.more}
        </button>
      </div>
      <div className="chart-pair">
        {names.map((name) => (
          <LineChart
            key={name}
            title={say().charts.curves[name]}
            series={name === 'validation' ? series.dots : series.lines}
            data={data[name]}
            height={220}
            format={name === 'smoothed' || name === 'validation' ? formatLoss : formatSmall}
            syncKey="compare"
            log={log && name !== 'learningRate'}
          />
        ))}
      </div>
      <StepReader syncKey="compare" steps={data['smoothed'][0]} />
    </div>
  )
}
