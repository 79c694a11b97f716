// How far what is being sent has come, and a way to stop it.
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { say, told } from '../words/language.ts'

export function SendBar() {
  const progress = useApp((s) => s.sending?.progress)
  const { cancelParcel } = useActions()
  const labels = say().send.doing
  const label = progress?.doing === 'waiting' ? (progress.reason === undefined ? labels.waiting : told(progress.reason)) : [labels[progress?.doing ?? 'packing'], progress?.file].filter(Boolean).join(' ')
  return (
    <div className="stack">
      <ProgressBar label={label} done={progress?.done} total={progress?.total} text={progress && progress.total > 0 ? say().numbers.of(formatBytes(progress.done), formatBytes(progress.total)) : undefined} />
      <div className="row">
        <ActionButton blocked={false} onAct={() => void cancelParcel()}>
          {say().send.cancel}
        </ActionButton>
      </div>
    </div>
  )
}
