// What this browser keeps for the page: how much, of what, and what may go.
import { useState } from 'react'
import type { StorageUse as Use } from '../../protocol/keep.ts'
import type { RunRecord } from '../../protocol/studio.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatDate, formatShare } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { ConfirmButton } from '../parts/ConfirmButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { FilePicker } from '../parts/FilePicker.tsx'
import { saveFile } from '../saveFile.ts'
import { useWords } from '../words/language.ts'
import { DeskNote } from './DeskNote.tsx'

export function StorageUse() {
  const { value, busy, failure } = useApp((s) => s.storage)
  const projecting = useApp((s) => s.projecting)
  const working = useApp((s) => s.working)
  const { refreshStorage, takeFiles } = useActions()
  const w = useWords().storage
  return (
    <section className="stack" aria-labelledby="storage-title">
      <h3 id="storage-title">{w.title}</h3>
      <p className="small soft machine-about">{w.about}</p>
      <div className="row">
        <ActionButton blocked={busy} onAct={() => void refreshStorage()}>
          {value ? w.again : w.look}
        </ActionButton>
        <FilePicker label={w.openProject} accept=".zip" disabled={working || projecting.busy} onPick={(files) => void takeFiles(files)} />
      </div>
      {failure && <FailureNote failure={failure} />}
      {projecting.failure && <FailureNote failure={projecting.failure} />}
      {value && <Kept use={value} />}
      <DeskNote />
    </section>
  )
}

function Kept({ use }: { use: Use }) {
  const w = useWords().storage
  const { keepSafe } = useActions()
  const sum = (of: (run: Use['runs'][number]) => number): number => use.runs.reduce((n, r) => n + of(r), 0)
  const classes = [
    { id: 'weights', label: w.models, bytes: use.models },
    { id: 'activations', label: w.checkpoints, bytes: sum((r) => r.checkpoints) },
    { id: 'workspace', label: w.adapters, bytes: sum((r) => r.adapter) + use.shelf.reduce((n, a) => n + a.bytes, 0) },
    { id: 'trainable', label: w.data, bytes: sum((r) => r.data) + use.desk },
  ]
  const total = classes.reduce((n, c) => n + c.bytes, 0)
  return (
    <>
      <p>{w.used(formatBytes(use.usedBytes), formatBytes(use.freeBytes))}</p>
      <div className="row">
        <span className="small soft">{use.persisted ? w.persisted : w.notPersisted}</span>
        {!use.persisted && (
          <button type="button" className="quiet" onClick={() => void keepSafe()}>
            {w.promise}
          </button>
        )}
      </div>
      <figure className="memory">
        <div className="memory-bar" aria-hidden="true">
          {classes.filter((c) => c.bytes > 0).map(({ id, bytes }) => (
            <span key={id} className={`class-${id}`} style={{ flexGrow: bytes }} />
          ))}
        </div>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.kind}</th>
              <th scope="col" className="number">
                {w.bytes}
              </th>
              <th scope="col" className="number">
                {w.share}
              </th>
            </tr>
          </thead>
          <tbody>
            {classes.map(({ id, label, bytes }) => (
              <tr key={id}>
                <th scope="row">
                  <span className={`swatch class-${id}`} /> {label}
                </th>
                <td className="number">{formatBytes(bytes)}</td>
                <td className="number">{formatShare(bytes, total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </figure>
      <ByRun use={use} />
    </>
  )
}

function ByRun({ use }: { use: Use }) {
  const w = useWords().storage
  const records = useApp((s) => s.runs.value)
  const [withData, setWithData] = useState(true)
  const size = (r: Use['runs'][number]): number => r.checkpoints + r.adapter + r.data
  const rows = use.runs.toSorted((a, b) => size(b) - size(a)).flatMap((bytes) => {
    const run = records?.find((r) => r.id === bytes.id)
    return run ? [{ run, bytes }] : []
  })
  if (rows.length === 0) return <p className="small soft">{w.noRuns}</p>
  return (
    <details>
      <summary>{w.runs}</summary>
      <div className="stack">
        <p className="small soft machine-about">{w.projectAbout}</p>
        <label className="option-check">
          <input type="checkbox" checked={withData} onChange={(e) => setWithData(e.target.checked)} />
          {w.withData}
        </label>
        <div className="scroll machine-verdicts" tabIndex={0} role="region" aria-label={w.runs}>
          <table>
            <thead>
              <tr>
                <th scope="col">{w.run}</th>
                <th scope="col" className="number">
                  {w.checkpoints}
                </th>
                <th scope="col" className="number">
                  {w.total}
                </th>
                <th scope="col">{w.actions}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ run, bytes }) => (
                <tr key={run.id}>
                  <th scope="row">{run.recipe.name}</th>
                  <td className="number">{formatBytes(bytes.checkpoints)}</td>
                  <td className="number">{formatBytes(size(bytes))}</td>
                  <td>
                    <RunActions run={run} hasCheckpoints={bytes.checkpoints > 0} withData={withData} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </details>
  )
}

function RunActions({ run, hasCheckpoints, withData }: { run: RunRecord; hasCheckpoints: boolean; withData: boolean }) {
  const w = useWords().storage
  const working = useApp((s) => s.working)
  const packing = useApp((s) => s.projecting.busy)
  const { dropCheckpoints, deleteRun, exportProject, refreshStorage } = useActions()
  const name = `${run.recipe.name}, ${formatDate(run.createdAt)}`
  const save = async (): Promise<void> => {
    const made = await exportProject(run.id, withData)
    if (made) saveFile(made.name, made.zip)
  }
  return (
    <div className="row">
      <ActionButton className="quiet" blocked={working || packing} aria-label={w.saveName(name)} onAct={() => void save()}>
        {packing ? w.busy : w.save}
      </ActionButton>
      {hasCheckpoints && (
        <ConfirmButton label={w.drop} name={w.dropName(name)} question={w.dropQuestion(run.recipe.name)} confirm={w.drop} disabled={working} onConfirm={() => void dropCheckpoints(run.id)} />
      )}
      <ConfirmButton label={w.deleteRun} name={w.deleteName(name)} question={w.deleteQuestion(run.recipe.name)} confirm={w.deleteConfirm} disabled={working} onConfirm={() => void deleteRun(run.id).then(refreshStorage)} />
    </div>
  )
}
