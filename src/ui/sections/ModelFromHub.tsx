// A model of the Hugging Face Hub: named, fetched on a click, with how far it is and a way to stop.
import { useState } from 'react'
import type { HubProgress } from '../../protocol/models.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatDuration } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { say, told, useWords } from '../words/language.ts'
import './ModelFromHub.css'

export function ModelFromHub() {
  const { place, busy, progress, failure, said } = useApp((s) => s.hub)
  const base = useApp((s) => s.recipe.base)
  const { fetchHub, cancelHub } = useActions()
  const w = useWords().hub
  const [repo, setRepo] = useState('')
  const [token, setToken] = useState('')
  if (!place) return null
  const { host } = new URL(place.endpoint)
  // A recipe that names a model which is not stored here fills the field, and the click stays the person's.
  const named = base.source === 'hub' ? `${base.id}${base.revision === undefined ? '' : `@${base.revision}`}` : ''
  const value = repo === '' ? named : repo
  return (
    <form
      className="hub stack"
      aria-label={w.title}
      onSubmit={(e) => {
        e.preventDefault()
        if (busy || value.trim() === '') return
        void fetchHub({ repo: value, ...(token.trim() !== '' && { token: token.trim() }) })
        // Not kept any longer than the download needs it.
        setToken('')
      }}
    >
      <label htmlFor="hub-repo">{w.title}</label>
      <div className="row">
        <input id="hub-repo" type="text" value={value} placeholder={w.example} spellCheck={false} autoComplete="off" autoCapitalize="none" aria-describedby="hub-what" onChange={(e) => setRepo(e.target.value)} />
        <button type="submit" aria-disabled={busy || undefined}>
          {w.fetch}
        </button>
      </div>
      <p className="small soft" id="hub-what">
        {w.what(host)}
      </p>
      <details>
        <summary>{w.gated}</summary>
        <label htmlFor="hub-token">{w.token}</label>
        <input id="hub-token" type="password" value={token} autoComplete="off" spellCheck={false} aria-describedby="hub-token-where" onChange={(e) => setToken(e.target.value)} />
        <p className="small soft" id="hub-token-where">
          {w.tokenWhere(host)}
        </p>
      </details>
      {busy && (
        <div className="stack">
          <ProgressBar label={progress?.doing === 'waiting' ? (progress.reason === undefined ? say().fetching.waiting : told(progress.reason)) : say().fetching.fetching} done={progress?.done} total={progress?.total} text={progress && progressWords(progress)} />
          <div className="row">
            <ActionButton blocked={false} onAct={() => void cancelHub()}>
              {w.cancel}
            </ActionButton>
            <span className="small soft">{w.kept}</span>
          </div>
        </div>
      )}
      <p role="status" className="small">
        {said && told(said)}
      </p>
      {failure && <FailureNote failure={failure} />}
    </form>
  )
}

/** “12 MB of 269 MB, 4.1 MB a second, 1 min 3 s left”. */
export function progressWords({ doing, done, total, bytesPerSecond, secondsLeft }: HubProgress): string {
  if (doing === 'asking' || total === 0) return say().fetching.asking
  const words = [say().numbers.of(formatBytes(done), formatBytes(total))]
  if (doing === 'fetching' && bytesPerSecond !== undefined) words.push(say().fetching.perSecond(formatBytes(bytesPerSecond)))
  if (doing === 'fetching' && secondsLeft !== undefined && done < total) words.push(say().fetching.left(formatDuration(secondsLeft)))
  return words.join(', ')
}
