// The run as it stands in the recipe, as a Python folder for larger machines. It need not have trained here.
import type { Parcel } from '../../protocol/takeAway.ts'
import { keyOf } from '../../store/sendActions.ts'
import { useActions, useApp } from '../AppContext.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { saveFile } from '../saveFile.ts'
import { FolderButton, SendStatus } from './SendAway.tsx'

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
      <h3>The same run on larger machines</h3>
      <p className="small soft">
        The choices above as they stand now, before or after training here: train.py for transformers and PEFT, the prepared batches and the adapter as it starts. One process repeats these losses; torchrun and
        accelerate launch take more.
      </p>
      <div className="row">
        <ActionButton blocked={isBlocked} onAct={() => void download()}>
          {isMine && doing === 'zip' ? 'Packing…' : 'Download train.py'}
        </ActionButton>
        <FolderButton parcel={parcel} what="the script" disabled={isBlocked} />
      </div>
      {!isReady && <p className="small soft">It needs a model and data.</p>}
      <SendStatus parcel={parcel} />
    </div>
  )
}
