// How far what is being sent has come, and a way to stop it.
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'

const LABELS = { packing: 'Packing', writing: 'Writing', hashing: 'Hashing', uploading: 'Sending', waiting: 'Waiting' } as const

export function SendBar() {
  const progress = useApp((s) => s.sending?.progress)
  const { cancelParcel } = useActions()
  const label = progress?.doing === 'waiting' ? (progress.reason ?? LABELS.waiting) : [LABELS[progress?.doing ?? 'packing'], progress?.file].filter(Boolean).join(' ')
  return (
    <div className="stack">
      <ProgressBar label={label} done={progress?.done} total={progress?.total} text={progress && progress.total > 0 ? `${formatBytes(progress.done)} of ${formatBytes(progress.total)}` : undefined} />
      <div className="row">
        <ActionButton blocked={false} onAct={() => void cancelParcel()}>
          Cancel sending
        </ActionButton>
      </div>
    </div>
  )
}
