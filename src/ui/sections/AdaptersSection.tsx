// Every adapter there is, of runs, from files and made of others: which ones answer, and what can be made of them.
import { useState } from 'react'
import type { Compressed, MergedFormat } from '../../protocol/adapters.ts'
import type { Parcel } from '../../protocol/takeAway.ts'
import { nameOf } from '../../store/adapterNames.ts'
import { activeUses } from '../../store/adapterUses.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatLoss, formatOf, formatShare } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { FilePicker } from '../parts/FilePicker.tsx'
import { fileName, saveFile } from '../saveFile.ts'
import { usesText } from '../usesText.ts'
import { AdapterRow } from './AdapterRow.tsx'
import { CombineDialog } from './CombineDialog.tsx'
import { FolderButton, HubButton, SendStatus } from './SendAway.tsx'
import { useWords } from '../words/language.ts'
import './AdaptersSection.css'

export function AdaptersSection() {
  const title = useWords().steps.adapters
  const { value, failure, busy } = useApp((s) => s.adapters)
  const shelving = useApp((s) => s.shelving)
  const working = useApp((s) => s.working)
  const hasBase = useApp((s) => s.base.value !== undefined)
  const compressed = useApp((s) => s.compressed)
  const { loadAdapter, refreshAdapters } = useActions()
  const adapters = value ?? []
  const loras = adapters.filter((a) => a.isLora && a.misfit === undefined)
  const isBlocked = working || shelving.busy || !hasBase
  return (
    <section className="runs stack" id="adapters" aria-labelledby="adapters-title">
      <h2 id="adapters-title" tabIndex={-1}>
        {title}
      </h2>
      <div className="row">
        <FilePicker label="Load a folder…" folder disabled={isBlocked} onPick={(files) => void loadAdapter(files)} />
        <FilePicker label="Load a zip…" accept=".zip" disabled={isBlocked} onPick={(files) => void loadAdapter(files)} />
        {loras.length > 1 && <CombineDialog adapters={loras} disabled={isBlocked} />}
        <Merging disabled={isBlocked} />
        <span className="small soft" role="status">
          {shelving.busy && `${shelving.doing ?? 'Working'}…`}
        </span>
      </div>
      {shelving.failure && <FailureNote failure={shelving.failure} />}
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" onClick={() => void refreshAdapters()}>
            Try again
          </button>
        </FailureNote>
      )}
      {compressed && <CompressedNote of={compressed} />}
      {adapters.length === 0 ? (
        <p className="small soft">
          {busy
            ? 'Reading the stored adapters…'
            : 'An adapter is a small file that changes how the model answers. Every run leaves one here; drop a folder or zip saved by Tunesmith, PEFT or AdapterHub for more. Several can answer together, be combined into one, made smaller, or merged into the model.'}
        </p>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Stored adapters">
          <table>
            <thead>
              <tr>
                <th scope="col">Answers with</th>
                <th scope="col">From</th>
                <th scope="col">Method</th>
                <th scope="col" className="number">
                  Parameters
                </th>
                <th scope="col" className="number">
                  Size
                </th>
                <th scope="col">Open model</th>
                <th scope="col">Actions</th>
              </tr>
            </thead>
            <tbody>
              {adapters.map((adapter) => (
                <AdapterRow key={adapter.id} adapter={adapter} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

const FORMATS: Readonly<Record<MergedFormat, string>> = { huggingface: 'for transformers', 'gguf-f16': 'GGUF, 16-bit floats', 'gguf-q8_0': 'GGUF, 8-bit blocks' }

/** Merging the adapters that answer into the model: on the GPU, or as a model folder to keep. */
function Merging({ disabled }: { disabled: boolean }) {
  const uses = useApp(activeUses)
  const adapters = useApp((s) => s.adapters.value)
  const hasGpu = useApp((s) => s.device.value !== undefined)
  const { mergeAdapters, exportMerged } = useActions()
  const active = (adapters ?? []).filter((a) => uses.some((use) => use.id === a.id))
  const merged = (adapters ?? []).filter((a) => a.merged)
  const why = active.find((a) => a.unmergeable !== undefined)?.unmergeable
  const isIdle = disabled || active.length === 0 || why !== undefined
  const [format, setFormat] = useState<MergedFormat>('huggingface')
  const [remarks, setRemarks] = useState<readonly string[]>([])
  const name = active.map((a) => nameOf(adapters, a.id)).join(' + ')
  const parcel: Parcel = { what: 'merged', adapters: uses, name, format }
  const take = async (): Promise<void> => {
    setRemarks([])
    const made = await exportMerged(uses, name, format)
    if (!made) return
    saveFile(made.name, made.zip)
    setRemarks(made.remarks ?? [])
  }
  if (!adapters || adapters.length === 0) return null
  return (
    <>
      {merged.length > 0 ? (
        <button type="button" disabled={disabled} onClick={() => void mergeAdapters([])}>
          Take the merge out
        </button>
      ) : (
        <button type="button" disabled={isIdle || !hasGpu} onClick={() => void mergeAdapters(uses)}>
          Merge into the model
        </button>
      )}
      <select aria-label="Format of the merged model" value={format} onChange={(e) => setFormat(e.target.value as MergedFormat)}>
        {Object.entries(FORMATS).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <button type="button" disabled={isIdle} onClick={() => void take()}>
        Download merged model
      </button>
      <FolderButton parcel={parcel} what="the merged model" disabled={isIdle} />
      <HubButton parcel={parcel} what="the merged model" name={fileName(`${name} merged`)} disabled={isIdle} />
      <SendStatus parcel={parcel} />
      <span role="status" className="small">
        {remarks.join(' ')}
      </span>
      <span className="small soft">
        {why ??
          (merged.length > 0
            ? `Merged now: ${merged.map((a) => nameOf(adapters, a.id)).join(', ')}. Every answer has it, the base’s too.`
            : active.length > 0
              ? `Answers come from ${usesText(uses, adapters)}.`
              : 'No adapter answers; tick one.')}
      </span>
    </>
  )
}

function CompressedNote({ of }: { of: Compressed }) {
  const { adapter, loss, keptEnergy, bytesBefore, bytesAfter } = of
  return (
    <p className="small" role="status">
      <strong>{adapter.name}</strong>: {formatBytes(bytesBefore)} → {formatBytes(bytesAfter)}, {formatShare(keptEnergy, 1)} of the
      updates’ squared singular values kept
      {loss
        ? `; loss ${formatLoss(loss.before)} → ${formatLoss(loss.after)} nats over ${formatOf(loss.rows, 'validation row')} (${formatCount(loss.tokens)} tokens).`
        : '; no data is open, so its loss was not measured.'}
    </p>
  )
}
