// Every shortcut on one sheet, and the switch for those of a single key (WCAG 2.1.4).
import { useEffect, useRef } from 'react'
import { useWords } from '../words/language.ts'
import { shortcuts, showKeys } from './shortcuts.ts'
import './Palette.css'

interface Props {
  singleKeys: boolean
  onSingleKeys: (on: boolean) => void
  onClose: () => void
}

export function ShortcutSheet({ singleKeys, onSingleKeys, onClose }: Props) {
  const w = useWords().shortcuts
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="form-dialog sheet" aria-labelledby="sheet-title" onClose={onClose}>
      <h2 id="sheet-title">{w.title}</h2>
      <dl>
        {shortcuts.map(({ keys, what }) => (
          <div key={what}>
            <dt>
              {showKeys(keys).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{w[what]}</dd>
          </div>
        ))}
      </dl>
      <label className="option-check">
        <input type="checkbox" checked={singleKeys} onChange={(e) => onSingleKeys(e.target.checked)} />
        {w.single}
      </label>
      <p className="small soft">{w.everywhere}</p>
      <div className="row">
        <button type="button" onClick={() => dialog.current?.close()}>
          {w.close}
        </button>
      </div>
    </dialog>
  )
}
