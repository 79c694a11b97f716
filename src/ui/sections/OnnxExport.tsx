// The whole model for transformers.js and ONNX Runtime, and whether what was written says the same in there.
import { useState } from 'react'
import type { OnnxProvider, OnnxType } from '../../protocol/onnx.ts'
import type { Parcel } from '../../protocol/takeAway.ts'
import { activeUses } from '../../store/adapterUses.ts'
import { isAnswering, type AppState } from '../../store/appState.ts'
import { useActions, useApp } from '../AppContext.ts'
import { examplePrompt } from '../examplePrompt.ts'
import { formatBytes } from '../format.ts'
import { onnxWords } from '../onnxWords.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { fileName, saveFile } from '../saveFile.ts'
import { FolderButton, HubButton, SendStatus } from './SendAway.tsx'
import { say } from '../words/language.ts'

/** A question of the data, and one that any model can go on with. */
const promptsFrom = (s: AppState): string => [examplePrompt(s), 'The'].filter((prompt, i, all) => prompt !== '' && all.indexOf(prompt) === i).join('\n\u0000')

export function OnnxExport() {
  const { doing, made, verdicts, failure } = useApp((s) => s.onnx)
  const uses = useApp(activeUses)
  const name = useApp((s) => s.recipe.name)
  const count = uses.length
  const prompts = useApp(promptsFrom)
  const blocked = useApp((s) => s.working || isAnswering(s) || !s.base.value)
  const hasGpu = useApp((s) => s.device.value !== undefined)
  const { exportOnnx, checkOnnx } = useActions()
  const [dtype, setDtype] = useState<OnnxType>('fp32')
  const parcel: Parcel = { what: 'onnx', adapters: uses, name, dtype }
  const isIdle = blocked || doing !== undefined

  const check = (provider: OnnxProvider): Promise<void> => checkOnnx(provider, prompts.split('\n\u0000'))
  async function download(): Promise<void> {
    const file = await exportOnnx(dtype)
    if (!file) return
    saveFile(file.name, file.zip)
    if (hasGpu) await check('wasm')
  }

  return (
    <div className="stack">
      <h3>{say().onnx.title}</h3>
      <p className="small soft">
        {count === 0 ? say().onnx.ofBase : count === 1 ? say().onnx.ofOne : say().onnx.ofMany(count)} {hasGpu ? say().onnx.compares : say().onnx.cannotCompare}
      </p>
      <div className="row">
        <label className="small" htmlFor="onnx-type">{say().onnx.storedAs}</label>
        <select id="onnx-type" value={dtype} onChange={(e) => setDtype(e.target.value as OnnxType)}>
          {Object.entries(say().onnx.types).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <ActionButton blocked={blocked || doing !== undefined} onAct={() => void download()}>
          {doing === 'packing' ? say().onnx.packing : doing === 'checking' ? say().onnx.checking : say().onnx.download}
        </ActionButton>
        <FolderButton parcel={parcel} what={say().send.what.onnx} disabled={isIdle} />
        <HubButton parcel={parcel} what={say().send.what.onnx} name={`${fileName(name)}-onnx`} disabled={isIdle} />
        {verdicts.length > 0 && (
          <ActionButton className="quiet" blocked={blocked || doing !== undefined} onAct={() => void check('webgpu')}>{say().onnx.checkGpu}</ActionButton>
        )}
      </div>
      <p role="status" className="small">
        {made && [`${made.name}, ${formatBytes(made.bytes)}.`, ...verdicts.map(onnxWords)].join(' ')}
      </p>
      {failure && <FailureNote failure={failure} />}
      <SendStatus parcel={parcel} />
    </div>
  )
}
