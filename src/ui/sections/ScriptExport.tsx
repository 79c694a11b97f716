// The run as it stands in the recipe, as a Python folder for larger machines. It need not have trained here.
import type { Parcel } from '../../protocol/takeAway.ts'
import { keyOf } from '../../store/sendActions.ts'
import { useActions, useApp } from '../AppContext.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { saveFile } from '../saveFile.ts'
import { FolderButton, SendStatus } from './SendAway.tsx'
import { say } from '../words/language.ts'

export function ScriptExport() {
  const recipe = useApp((s) => s.recipe)
  const isReady = useApp((s) => s.base.value !== undefined && s.dataset.value !== undefined)
  const doing = useApp((s) => s.sending?.doing)
  const isMine = useApp((s) => s.sending?.key === keyOf({ what: 'script', recipe: s.recipe }))
  const { zipParcel } = useActions()
  const parcel: Parcel = { what: 'script', recipe }
  const isBlocked = !isReady || doing !== undefined
  const download = async (): Promise<void> => {
    const made = await zipParcel(parcel)
    if (made) saveFile(made.name, made.zip)
  }
  return (
    <div className="stack">
      <h3>{say().script.title}</h3>
      <p className="small soft">
        {say().script.about}
      </p>
      <div className="row">
        <ActionButton blocked={isBlocked} onAct={() => void download()}>
          {isMine && doing === 'zip' ? say().onnx.packing : say().script.download}
        </ActionButton>
        <FolderButton parcel={parcel} what={say().send.what.script} disabled={isBlocked} />
      </div>
      {!isReady && <p className="small soft">{say().script.needs}</p>}
      <SendStatus parcel={parcel} />
    </div>
  )
}
