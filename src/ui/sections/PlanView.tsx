// Before the start: what will be trained, the exact memory, and the time from a measured step.
import { useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatDuration, formatShare, formatShort } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { useWords } from '../words/language.ts'
import { Remedies } from './Remedies.tsx'
import { RoomTrial } from './RoomTrial.tsx'
import { backwardText } from '../planWords.ts'

export function PlanView() {
  const w = useWords().plan
  const { value, busy, failure } = useApp((s) => s.plan)
  const device = useApp((s) => s.device.value)
  const isUnusable = useApp((s) => s.size.failure !== undefined)
  if (isUnusable) return <p className="small soft">{w.unusable}</p>
  if (failure)
    return (
      <FailureNote failure={failure}>
        <Remedies of={failure} />
      </FailureNote>
    )
  if (!value)
    return (
      <p className="small soft">
        {busy ? w.planning : w.empty}
      </p>
    )
  return (
    <>
      <Facts
        big
        facts={[
          {
            name: w.trainable,
            term: 'trainable',
            value: formatShort(value.trainableParameters),
            remark: formatShare(value.trainableParameters, value.totalParameters),
          },
          { name: w.memory, term: 'memory', value: formatBytes(value.bytes.total) },
          {
            name: w.time,
            value: value.seconds === undefined ? (busy ? w.measuring : '–') : formatDuration(value.seconds),
            ...(value.seconds !== undefined && device?.software ? { remark: w.software } : {}),
          },
          { name: w.step, value: formatCount(value.dispatches), remark: w.dispatches },
        ]}
      />
      <RoomTrial bytes={value.bytes} spared={value.backward?.sparedBytes ?? 0} />
      {value.backward && <p className="small soft">{backwardText(value.backward)}</p>}
    </>
  )
}
