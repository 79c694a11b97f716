// A button for what cannot be undone: it asks first, in a modal dialog that gives focus back.
import { useEffect, useRef, useState } from 'react'
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

export function ConfirmButton({ label, name, disabled = false, ...asked }: Props) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <button type="button" className="quiet" aria-label={name} disabled={disabled} onClick={() => setIsOpen(true)}>
        {label}
      </button>
      {isOpen && <ConfirmDialog {...asked} onClose={() => setIsOpen(false)} />}
    </>
  )
}

/** Open for as long as it is rendered; told of its end before what was confirmed is done. */
export function ConfirmDialog({ question, confirm, onConfirm, onClose }: Pick<Props, 'question' | 'confirm' | 'onConfirm'> & { onClose: () => void }) {
  const w = useWords().frame
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className="confirm" aria-label={confirm} onClose={onClose}>
      <p>{question}</p>
      <div className="row">
        <button
          type="button"
          className="danger"
          onClick={() => {
            dialog.current?.close()
            onClose()
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
  )
}
