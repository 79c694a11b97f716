// Are this GPU's kernels right: run them, and a verdict for each.
import type { Compared, KernelVerdict, SelfTestReport } from '../../protocol/machine.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatDuration, formatSmall } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { CopyButton } from '../parts/CopyButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { useWords } from '../words/language.ts'
import type { Words } from '../words/en.ts'

export function SelfTest() {
  const { busy, done, total, verdicts, report, failure } = useApp((s) => s.machine.selfTest)
  const working = useApp((s) => s.working)
  const hasGpu = useApp((s) => s.device.value !== undefined)
  const { selfTest, stopSelfTest } = useActions()
  const w = useWords().selfTest
  const last = verdicts.at(-1)
  return (
    <section className="stack" aria-labelledby="self-test-title">
      <h3 id="self-test-title">{w.title}</h3>
      <p className="small soft machine-about">{w.about}</p>
      <div className="row">
        <ActionButton blocked={!hasGpu || (working && !busy)} onAct={() => void (busy ? stopSelfTest() : selfTest())}>
          {busy ? w.stop : report || failure ? w.again : w.run}
        </ActionButton>
        {report && <CopyButton text={reportText(report)} label={w.copy} />}
        {working && !busy && <span className="small soft">{w.waits}</span>}
      </div>
      {busy && <ProgressBar label={w.title} done={done} total={total} text={last ? w.progress(last.op, done, total) : undefined} />}
      {failure && <FailureNote failure={failure} />}
      <p role="status" className={report && !report.passed ? 'machine-bad' : ''}>
        {report && outcome(report, w)}
      </p>
      {verdicts.length > 0 && <Verdicts verdicts={verdicts} isOpen={report?.passed === false} />}
    </section>
  )
}

function outcome({ passed, cancelled, verdicts, ms }: SelfTestReport, w: Words['selfTest']): string {
  if (!passed) return w.failed(verdicts.filter((v) => !v.passed).length, verdicts.length)
  return cancelled ? w.stopped(verdicts.length) : w.passed(verdicts.length, formatDuration(ms / 1000))
}

function Verdicts({ verdicts, isOpen }: { verdicts: readonly KernelVerdict[]; isOpen: boolean }) {
  const w = useWords().selfTest
  const shown = (c: Compared | undefined): string => (c ? formatSmall(Number(c.worst.toPrecision(2))) : w.none)
  return (
    <details open={isOpen || undefined}>
      <summary>{w.verdicts}</summary>
      <p className="small soft">{w.scale}</p>
      <div className="scroll machine-verdicts" tabIndex={0} role="region" aria-label={w.verdicts}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.kernel}</th>
              <th scope="col">{w.verdict}</th>
              <th scope="col" className="number">
                {w.cases}
              </th>
              <th scope="col" className="number">
                {w.forward}
              </th>
              <th scope="col" className="number">
                {w.gradient}
              </th>
            </tr>
          </thead>
          <tbody>
            {verdicts.toSorted((a, b) => Number(a.passed) - Number(b.passed)).map((v) => (
              <tr key={v.op}>
                <th scope="row">{v.op}</th>
                <td>
                  <span className="status" data-status={v.passed ? 'done' : 'failed'}>
                    {v.passed ? w.right : w.wrong}
                  </span>
                  {v.problems.map((p) => (
                    <p key={p} className="small machine-bad">
                      {p}
                    </p>
                  ))}
                </td>
                <td className="number">{v.variants > 1 ? `${v.cases} × ${v.variants}` : v.cases}</td>
                <td className="number">{shown(v.forward)}</td>
                <td className="number">{shown(v.gradient)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

/** For a bug report: one line an op. */
function reportText({ adapter, passed, cancelled, ms, verdicts }: SelfTestReport): string {
  const lines = verdicts.map(({ op, passed: right, cases, variants, forward, gradient, problems }) =>
    [`${right ? 'ok  ' : 'FAIL'} ${op}: ${cases} cases, ${variants} variants, forward ${forward.worst.toExponential(1)}${gradient ? `, gradient ${gradient.worst.toExponential(1)}` : ''}`, ...problems.map((p) => `     ${p}`)].join('\n'),
  )
  return [`Tunesmith self-test on ${adapter}: ${passed ? 'passed' : 'failed'}${cancelled ? ', stopped early' : ''}, ${(ms / 1000).toFixed(1)} s`, navigator.userAgent, ...lines].join('\n')
}
