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
import { say, told, useWords } from '../words/language.ts'
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
        <FilePicker label={say().shelf.loadFolder} folder disabled={isBlocked} onPick={(files) => void loadAdapter(files)} />
        <FilePicker label={say().shelf.loadZip} accept=".zip" disabled={isBlocked} onPick={(files) => void loadAdapter(files)} />
        {loras.length > 1 && <CombineDialog adapters={loras} disabled={isBlocked} />}
        <span className="small soft" role="status">
          {shelving.busy && `${shelving.doing === undefined ? say().shelf.working : told(shelving.doing)}…`}
        </span>
      </div>
      {shelving.failure && <FailureNote failure={shelving.failure} />}
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" onClick={() => void refreshAdapters()}>
            {say().forms.tryAgain}
          </button>
        </FailureNote>
      )}
      {compressed && <CompressedNote of={compressed} />}
      {adapters.length === 0 ? (
        <p className="small soft">
          {busy
            ? say().shelf.reading
            : say().shelf.empty}
        </p>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label={say().shelf.stored}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say().shelf.heads.answers}</th>
                <th scope="col">{say().shelf.heads.from}</th>
                <th scope="col">{say().shelf.heads.method}</th>
                <th scope="col" className="number">
                  {say().shelf.heads.parameters}
                </th>
                <th scope="col" className="number">
                  {say().shelf.heads.size}
                </th>
                <th scope="col">{say().shelf.heads.model}</th>
                <th scope="col">{say().shelf.heads.actions}</th>
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
      <Merging disabled={isBlocked} />
    </section>
  )
}

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
  const blocks = useApp((s) => s.base.value?.blocks)
  const isRounded = useApp((s) => (s.recipe.base.quantization ?? 'none') !== 'none')
  // Blocks of fewer than 8 bits take no merge on the GPU.
  const stays = blocks !== undefined && blocks !== 'Q8_0' && !isRounded
  const [chosen, setFormat] = useState<MergedFormat>()
  const format = chosen === undefined || (chosen === 'gguf-base' && !blocks) ? (blocks ? 'gguf-base' : 'huggingface') : chosen
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
    <div className="stack" role="group" aria-labelledby="merging-title">
      <h3 id="merging-title">{say().shelf.asOneModel}</h3>
      <p className="small soft">
        {(why === undefined ? undefined : told(why)) ??
          (merged.length > 0
            ? say().shelf.mergedNow(merged.map((a) => nameOf(adapters, a.id)).join(', '))
            : active.length > 0
              ? `${say().shelf.answersFrom(usesText(uses, adapters))}${stays ? ` ${say().shelf.blocksStay(blocks)}` : ''}`
              : say().shelf.noneAnswers)}
      </p>
      <div className="row">
        {merged.length > 0 ? (
          <button type="button" disabled={disabled} onClick={() => void mergeAdapters([])}>{say().shelf.takeOut}</button>
        ) : (
          <button type="button" disabled={isIdle || !hasGpu || stays} onClick={() => void mergeAdapters(uses)}>{say().shelf.merge}</button>
        )}
        <select aria-label={say().shelf.mergedFormat} value={format} onChange={(e) => setFormat(e.target.value as MergedFormat)}>
          {Object.entries(say().shelf.formats).map(([value, label]) =>
            value === 'gguf-base' && !blocks ? null : (
              <option key={value} value={value}>
                {label}
              </option>
            ),
          )}
        </select>
        <button type="button" disabled={isIdle} onClick={() => void take()}>{say().shelf.downloadMerged}</button>
        <FolderButton parcel={parcel} what={say().send.what.merged} disabled={isIdle} />
        <HubButton parcel={parcel} what={say().send.what.merged} name={fileName(`${name} merged`)} disabled={isIdle} />
      </div>
      <SendStatus parcel={parcel} />
      <p role="status" className="small">
        {remarks.map(told).join(' ')}
      </p>
    </div>
  )
}

function CompressedNote({ of }: { of: Compressed }) {
  const { adapter, loss, keptEnergy, bytesBefore, bytesAfter } = of
  return (
    <p className="small" role="status">
      <strong>{adapter.name}</strong>
      {say().shelf.energy(formatBytes(bytesBefore), formatBytes(bytesAfter), formatShare(keptEnergy, 1))}
      {loss
        ? say().shelf.lossBoth(formatLoss(loss.before), formatLoss(loss.after), formatOf(loss.rows, 'validationRow'), formatCount(loss.tokens))
        : say().shelf.lossUnknown}
    </p>
  )
}
