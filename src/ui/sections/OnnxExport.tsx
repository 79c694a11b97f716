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

const TYPES: Readonly<Record<OnnxType, string>> = { fp32: '32-bit floats', fp16: '16-bit floats, half the size' }

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
      <h3>The whole model as ONNX</h3>
      <p className="small soft">
        {count === 0 ? 'The base itself' : count === 1 ? 'The base with the active adapter merged in' : `The base with the ${count} active adapters merged in`}, for transformers.js and
        ONNX Runtime. {hasGpu ? 'The studio opens what it wrote in onnxruntime-web and compares.' : 'It is not compared with the studio’s own answers here: those need WebGPU.'}
      </p>
      <div className="row">
        <label className="small" htmlFor="onnx-type">Stored as</label>
        <select id="onnx-type" value={dtype} onChange={(e) => setDtype(e.target.value as OnnxType)}>
          {Object.entries(TYPES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <ActionButton blocked={blocked || doing !== undefined} onAct={() => void download()}>
          {doing === 'packing' ? 'Packing…' : doing === 'checking' ? 'Checking…' : 'Download ONNX'}
        </ActionButton>
        <FolderButton parcel={parcel} what="the ONNX model" disabled={isIdle} />
        <HubButton parcel={parcel} what="the ONNX model" name={`${fileName(name)}-onnx`} disabled={isIdle} />
        {verdicts.length > 0 && (
          <ActionButton className="quiet" blocked={blocked || doing !== undefined} onAct={() => void check('webgpu')}>
            Check on WebGPU
          </ActionButton>
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
