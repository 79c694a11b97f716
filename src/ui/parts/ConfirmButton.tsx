// A button for what cannot be undone: it asks first, in a modal dialog that gives focus back.
import { useRef } from 'react'
import { useWords } from '../words/language.ts'
import './ConfirmButton.css'

interface Props {
  label: string
  /** The button's name where several stand in a table. */
  name?: string
  question: string
  confirm: string
  disabled?: boolean
  onConfirm: () => void
}

export function ConfirmButton({ label, name, question, confirm, disabled = false, onConfirm }: Props) {
  const w = useWords().frame
  const dialog = useRef<HTMLDialogElement>(null)
  return (
    <>
      <button type="button" className="quiet" aria-label={name} disabled={disabled} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} className="confirm" aria-label={confirm}>
        <p>{question}</p>
        <div className="row">
          <button
            type="button"
            className="danger"
            onClick={() => {
              dialog.current?.close()
              onConfirm()
            }}
          >
            {confirm}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {w.keepIt}
          </button>
        </div>
      </dialog>
    </>
  )
}
