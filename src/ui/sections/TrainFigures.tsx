// The run in big numbers, and what closing the page would cost.
import { isMoving, lossNow, secondsLeft, speed, stepTimes, validationNow } from '../../store/runFigures.ts'
import { useApp } from '../AppContext.ts'
import { Sparkline } from '../charts/Sparkline.tsx'
import { formatBytes, formatCount, formatDuration, formatLoss } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { safetyText, stepTimesText, untilText } from '../runWords.ts'
import { useNow } from '../useNow.ts'
import { useWords } from '../words/language.ts'

export function TrainFigures() {
  const w = useWords().watch
  const run = useApp((s) => s.run)
  const working = useApp((s) => s.working)
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
          { name: 'Step', value: formatCount(run.step), remark: `of ${formatCount(run.steps)}` },
          { name: 'Loss, smoothed', value: formatLoss(lossNow(run)) },
          { name: 'Validation loss', value: formatLoss(validationNow(run)) },
          { name: 'Speed', value: pace ? formatCount(pace.tokensPerSecond) : '–', remark: 'tokens/s' },
          ...(left === undefined || !working ? [] : [{ name: 'Time left', value: formatDuration(left), ...(until !== undefined && { remark: until }) }]),
          { name: 'One step', value: pace ? formatDuration(pace.secondsPerStep) : '–' },
          ...(run.gpuBytes === undefined || !working ? [] : [{ name: 'GPU memory now', value: formatBytes(run.gpuBytes) }]),
        ]}
      />
      {times.length > 1 && <Sparkline values={times} text={stepTimesText(times)} />}
      {run.rates?.map(({ step, was, is }) => (
        <p key={step} className="small soft">
          {w.rate(formatCount(step), String(is), String(was))}
        </p>
      ))}
      {working && (isMoving(run.phase) || run.phase === 'paused') && run.step > 0 && <p className="small soft">{safetyText(run, now)}</p>}
    </>
  )
}
