// A short form in a modal dialog, and a button that opens one. A failure stands in the dialog, so that nothing typed is lost;
// success closes it, and focus goes back to what opened it.
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import type { Failure } from '../../protocol/failure.ts'
import { ActionButton } from './ActionButton.tsx'
import { FailureNote } from './FailureNote.tsx'
import { useWords } from '../words/language.ts'
import './FormDialog.css'

interface Props {
  /** On the button that opens it. */
  label: string
  /** The button's name where several stand in a table. */
  name?: string
  className?: string
  title: string
  disabled?: boolean
  /** Made anew at each opening. */
  children: ReactNode
}

export function FormDialog({ label, name, className, title, disabled = false, children }: Props) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <button type="button" className={className} aria-label={name} disabled={disabled} onClick={() => setIsOpen(true)}>
        {label}
      </button>
      {isOpen && (
        <OpenDialog title={title} onClose={() => setIsOpen(false)}>
          {children}
        </OpenDialog>
      )}
    </>
  )
}

/** Open for as long as it is rendered. */
export function OpenDialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className="form-dialog" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

interface FormProps {
  submit: string
  /** Shown on the button while it works. */
  doing: string
  /** Why it cannot be sent yet; empty when it can. */
  problem: string
  onSubmit: () => Promise<Failure | undefined>
  children: ReactNode
}

export function DialogForm({ submit, doing, problem, onSubmit, children }: FormProps) {
  const w = useWords().frame
  const [failure, setFailure] = useState<Failure>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const close = (): void => form.current?.closest('dialog')?.close()
  const send = async (): Promise<void> => {
    setBusy(true)
    const found = await onSubmit()
    setBusy(false)
    setFailure(found)
    if (!found) close()
  }
  const isBlocked = busy || problem !== ''
  return (
    <form
      ref={form}
      className="stack"
      onSubmit={(e) => {
        e.preventDefault()
        if (!isBlocked) void send()
      }}
    >
      {children}
      {failure && <FailureNote failure={failure} />}
      <p className="small soft form-dialog-problem">{busy ? '' : problem}</p>
      <div className="row">
        <ActionButton className="primary" blocked={isBlocked} onAct={() => void send()}>
          {busy ? doing : submit}
        </ActionButton>
        <button type="button" onClick={close}>
          {w.cancel}
        </button>
      </div>
    </form>
  )
}
