// The plan's memory, and on a click whether this GPU has it: what it gave stands against what is needed.
import type { Bytes } from '../../protocol/event.ts'
import { plannedOf } from '../../store/appState.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { MemoryBar } from '../parts/MemoryBar.tsx'
import { useWords } from '../words/language.ts'
import { Remedies } from './Remedies.tsx'

export function RoomTrial({ bytes, spared }: { bytes: Bytes; spared: number }) {
  const room = useApp((s) => (s.machine.roomOf === plannedOf(s) ? s.machine.room : undefined))
  const working = useApp((s) => s.working)
  const hasGpu = useApp((s) => s.device.value !== undefined)
  const { tryRoom } = useActions()
  const w = useWords().room
  const found = room?.value
  const failure = found?.failure && { ...found.failure, message: w.fails(formatBytes(found.wantedBytes + found.presentBytes), formatBytes(found.grantedBytes + found.presentBytes)), detail: [found.failure.message, found.failure.detail].filter(Boolean).join('\n') }
  const shown = failure ?? room?.failure
  return (
    <>
      <MemoryBar bytes={bytes} spared={spared} {...(found && { granted: Math.min(bytes.total, found.grantedBytes + found.presentBytes) })} />
      {shown && (
        <FailureNote failure={shown}>
          <Remedies of={shown} />
        </FailureNote>
      )}
      <div className="row">
        <ActionButton className="quiet" blocked={!hasGpu || working || room?.busy === true} onAct={() => void tryRoom()}>
          {room?.busy ? w.trying : w.try}
        </ActionButton>
        <span className="small soft" role="status">
          {found && !failure ? w.fits(formatBytes(found.wantedBytes)) : w.about}
        </span>
      </div>
    </>
  )
}
