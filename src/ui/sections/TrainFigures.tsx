// The run in big numbers.
import { isMoving, lossNow, secondsLeft, speed, validationNow } from '../../store/runFigures.ts'
import { useApp } from '../AppContext.ts'
import { formatCount, formatDuration, formatLoss } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { safetyText } from '../runWords.ts'

export function TrainFigures() {
  const run = useApp((s) => s.run)
  const working = useApp((s) => s.working)
  const now = speed(run)
  const left = secondsLeft(run)
  return (
    <>
      <Facts
        big
        facts={[
          { name: 'Step', value: formatCount(run.step), remark: `of ${formatCount(run.steps)}` },
          { name: 'Loss, smoothed', value: formatLoss(lossNow(run)) },
          { name: 'Validation loss', value: formatLoss(validationNow(run)) },
          { name: 'Speed', value: now ? formatCount(now.tokensPerSecond) : '–', remark: 'tokens/s' },
          ...(left === undefined || !working ? [] : [{ name: 'Time left', value: formatDuration(left) }]),
          { name: 'One step', value: now ? formatDuration(now.secondsPerStep) : '–' },
        ]}
      />
      {working && isMoving(run.phase) && run.step > 0 && <p className="small soft">{safetyText(run)}</p>}
    </>
  )
}
