// To the Hub: what will be sent, where to, as whom, and only on the click that says so.
import { useEffect, useState } from 'react'
import type { Failure } from '../../protocol/failure.ts'
import type { Parcel, ParcelList } from '../../protocol/takeAway.ts'
import { keyOf } from '../../store/sendActions.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatOf } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { FormDialog } from '../parts/FormDialog.tsx'
import { SendBar } from './SendBar.tsx'
import { OutsideLink } from '../parts/OutsideLink.tsx'
import { say } from '../words/language.ts'
import './PushDialog.css'

interface Props {
  parcel: Parcel | undefined
  what: string
  name: string
  disabled: boolean
  className?: string | undefined
}

export function PushDialog({ parcel, what, name, disabled, className }: Props) {
  const place = useApp((s) => s.hub.place)
  if (!place) return null
  const { host } = new URL(place.endpoint)
  return (
    <FormDialog label={say().send.toHub} name={say().send.toHubName(what, host)} title={say().send.toHubName(what, host)} disabled={disabled} {...(className !== undefined && { className })}>
      {parcel && <PushForm parcel={parcel} name={name} host={host} />}
    </FormDialog>
  )
}

export function PushForm({ parcel: given, name, host }: { parcel: Parcel; name: string; host: string }) {
  // What it was opened for, whatever changes behind it.
  const [parcel] = useState(given)
  const sending = useApp((s) => (s.sending?.key === keyOf(parcel) ? s.sending : undefined))
  const { listParcel, pushParcel, settleParcel } = useActions()
  const [list, setList] = useState<ParcelList | Failure>()
  const [repo, setRepo] = useState(name)
  const [token, setToken] = useState('')
  const [isPrivate, setIsPrivate] = useState(true)
  useEffect(() => {
    let isHere = true
    settleParcel()
    void listParcel(parcel).then((found) => isHere && setList(found))
    return () => {
      isHere = false
    }
  }, [parcel, listParcel, settleParcel])
  const isBusy = sending?.doing === 'hub'
  const files = list && 'files' in list ? list : undefined
  const problem = repo.trim() === '' ? say().send.repositoryMissing : token.trim() === '' ? say().send.tokenMissing : ''
  const isBlocked = isBusy || problem !== '' || !files
  const send = (intoExisting = false): void => {
    if (!isBlocked) void pushParcel(parcel, { repo: repo.trim(), token: token.trim(), isPrivate, intoExisting })
  }
  const close = (from: EventTarget): void => (from as HTMLElement).closest('dialog')?.close()
  if (sending?.pushed) {
    const { pushed } = sending
    return (
      <div className="stack">
        <p role="status">
          {say().send.sentTo} <OutsideLink href={pushed.url}>{pushed.repo}</OutsideLink>, {pushed.isPrivate ? say().send.onlyYou : say().send.everybody}.
        </p>
        <div className="row">
          <button type="button" className="primary" onClick={(e) => close(e.target)}>
            {say().send.done}
          </button>
        </div>
      </div>
    )
  }
  return (
    <form
      className="stack push"
      onSubmit={(e) => {
        e.preventDefault()
        send()
      }}
    >
      <div>
        <label className="option-label" htmlFor="push-repo">
          {say().send.repository}
        </label>
        <input id="push-repo" type="text" value={repo} disabled={isBusy} spellCheck={false} autoComplete="off" autoCapitalize="none" aria-describedby="push-repo-help" onChange={(e) => setRepo(e.target.value)} />
        <p className="option-help" id="push-repo-help">{say().send.repositoryHelp}</p>
      </div>
      <div>
        <label className="option-label" htmlFor="push-token">
          {say().send.token}
        </label>
        <input id="push-token" type="password" value={token} disabled={isBusy} spellCheck={false} autoComplete="off" aria-describedby="push-token-help" onChange={(e) => setToken(e.target.value)} />
        <p className="option-help" id="push-token-help">
          {say().send.tokenHelp(host)}
        </p>
      </div>
      <label className="option-check">
        <input type="checkbox" checked={isPrivate} disabled={isBusy} onChange={(e) => setIsPrivate(e.target.checked)} />
        {say().send.private}
      </label>
      <div>
        <h3>{say().send.whatIsSent}</h3>
        {!list && <p className="small soft">{say().send.looking}</p>}
        {files && (
          <>
            <ul className="push-files" tabIndex={0} aria-label={say().send.files}>
              {files.files.map(({ path, bytes }) => (
                <li key={path}>
                  <span>{path}</span> <span className="soft">{formatBytes(bytes)}</span>
                </li>
              ))}
            </ul>
            <p className="small soft">
              {say().send.card(formatOf(files.files.length, 'file'), formatBytes(files.files.reduce((n, f) => n + f.bytes, 0)))}
            </p>
          </>
        )}
        {list && !files && <FailureNote failure={list as Failure} />}
      </div>
      {isBusy && <SendBar />}
      {sending?.exists !== undefined && (
        <p role="alert">
          {say().send.exists(sending.exists)} <ActionButton blocked={isBlocked} onAct={() => send(true)}>{say().send.addToIt}</ActionButton> {say().send.replaces}
        </p>
      )}
      {sending?.failure && <FailureNote failure={sending.failure} />}
      <p className="small soft form-dialog-problem">{isBusy ? '' : problem}</p>
      <div className="row">
        <ActionButton className="primary" blocked={isBlocked} onAct={() => send()}>
          {isBusy ? say().send.sending : sending?.failure ? say().forms.tryAgain : say().send.send}
        </ActionButton>
        {!isBusy && (
          <button type="button" onClick={(e) => close(e.target)}>
            {say().send.close}
          </button>
        )}
      </div>
    </form>
  )
}
