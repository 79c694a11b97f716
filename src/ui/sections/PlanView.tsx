// Before the start: what will be trained, the exact memory, and the time from a measured step.
import { useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatDuration, formatShare, formatShort } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { Remedies } from './Remedies.tsx'
import { RoomTrial } from './RoomTrial.tsx'
import { backwardText } from '../planWords.ts'

export function PlanView() {
  const { value, busy, failure } = useApp((s) => s.plan)
  const device = useApp((s) => s.device.value)
  const isUnusable = useApp((s) => s.size.failure !== undefined)
  if (isUnusable) return <p className="small soft">The plan stands here once the method can be used on this model.</p>
  if (failure)
    return (
      <FailureNote failure={failure}>
        <Remedies of={failure} />
      </FailureNote>
    )
  if (!value)
    return (
      <p className="small soft">
        {busy ? 'Planning the memory…' : 'Memory, trainable parameters and time stand here as soon as model and data are open.'}
      </p>
    )
  return (
    <>
      <Facts
        big
        facts={[
          {
            name: 'Trainable parameters',
            value: formatShort(value.trainableParameters),
            remark: formatShare(value.trainableParameters, value.totalParameters),
          },
          { name: 'GPU memory', value: formatBytes(value.bytes.total) },
          {
            name: 'Time',
            value: value.seconds === undefined ? (busy ? 'measuring…' : '–') : formatDuration(value.seconds),
            ...(value.seconds !== undefined && device?.software ? { remark: 'on a software adapter' } : {}),
          },
          { name: 'One step', value: formatCount(value.dispatches), remark: 'dispatches' },
        ]}
      />
      <RoomTrial bytes={value.bytes} spared={value.backward?.sparedBytes ?? 0} />
      {value.backward && <p className="small soft">{backwardText(value.backward)}</p>}
    </>
  )
}
