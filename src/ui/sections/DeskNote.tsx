// What comes back after a reload, and the way to begin without it.
import { useActions, useApp } from '../AppContext.ts'
import { ConfirmButton } from '../parts/ConfirmButton.tsx'
import { useWords } from '../words/language.ts'

export function DeskNote() {
  const working = useApp((s) => s.working)
  const { clearDesk } = useActions()
  const w = useWords().desk
  const again = (): void => {
    clearDesk()
    location.reload()
  }
  return (
    <>
      <p className="small soft machine-about">{w.about}</p>
      <div className="row">
        <ConfirmButton label={w.fresh} name={w.fresh} question={w.freshAbout} confirm={w.fresh} disabled={working} onConfirm={again} />
      </div>
    </>
  )
}
