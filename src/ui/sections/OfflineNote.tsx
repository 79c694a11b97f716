// Whether the studio opens without a network, and a newer version that waits for the person.
import { useState } from 'react'
import { takeUpdate, useOffline } from '../offline.ts'
import { useWords } from '../words/language.ts'

export function OfflineNote() {
  const state = useOffline()
  const w = useWords().offline
  const [isRefused, setIsRefused] = useState(false)
  return (
    <section className="stack" aria-labelledby="offline-title">
      <h3 id="offline-title">{w.title}</h3>
      <p role="status">
        <span className="status" data-status={state === 'ready' || state === 'update' ? 'done' : 'paused'}>
          {w[state]}
        </span>
      </p>
      <p className="small soft machine-about">{w.about}</p>
      {state === 'update' && (
        <div className="row">
          <button type="button" onClick={() => void takeUpdate().then((taken) => setIsRefused(!taken))}>
            {w.take}
          </button>
          {isRefused && <span className="small">{w.refused}</span>}
        </div>
      )}
    </section>
  )
}
