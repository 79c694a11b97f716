// The run in big numbers, and what closing the page would cost.
import { isMoving, lossNow, secondsLeft, speed, stepTimes, validationNow } from '../../store/runFigures.ts'
import { useApp } from '../AppContext.ts'
import { Sparkline } from '../charts/Sparkline.tsx'
import { formatBytes, formatCount, formatDuration, formatLoss, formatSmall } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { safetyText, stepTimesText, untilText } from '../runWords.ts'
import { useNow } from '../useNow.ts'
import { say, useWords } from '../words/language.ts'

export function TrainFigures() {
  const w = useWords().watch
  const n = say().run.figures
  const run = useApp((s) => s.run)
  const working = useApp((s) => s.working)
  /** Of a model that nothing but this page can read. */
  const folder = useApp((s) => (s.base.value?.bytesToKeep === undefined ? undefined : s.base.value.title))
  const now = useNow(5000, working)
  const pace = speed(run)
  const left = secondsLeft(run)
  const until = left === undefined ? undefined : untilText(left, now)
  const times = stepTimes(run)
  return (
    <>
      <Facts
        big
        facts={[
          { name: n.loss, value: formatLoss(lossNow(run)), remark: w.unit },
          { name: n.validation, term: 'validation', value: formatLoss(validationNow(run)), remark: w.unit },
        ]}
      />
      <Facts
        facts={[
          { name: n.step, value: formatCount(run.step), remark: say().run.of(formatCount(run.steps)) },
          { name: n.speed, value: pace ? formatCount(pace.tokensPerSecond) : '–', remark: n.tokensPerSecond },
          ...(left === undefined || !working ? [] : [{ name: n.left, value: formatDuration(left), ...(until !== undefined && { remark: until }) }]),
          { name: n.oneStep, value: pace ? formatDuration(pace.secondsPerStep) : '–' },
          ...(run.gpuBytes === undefined || !working ? [] : [{ name: n.memory, value: formatBytes(run.gpuBytes) }]),
        ]}
      />
      {times.length > 1 && <Sparkline values={times} text={stepTimesText(times)} />}
      {run.rates?.map(({ step, was, is }) => (
        <p key={step} className="small soft">
          {w.rate(formatCount(step), formatSmall(is), formatSmall(was))}
        </p>
      ))}
      {working && (isMoving(run.phase) || run.phase === 'paused') && run.step > 0 && (
        <p className="small soft">
          {safetyText(run, now)} {run.checkpoint && folder !== undefined && say().desk.needsFolder(folder)}
        </p>
      )}
    </>
  )
}
