// Every action of the page by typing: a list that the arrows move through while the words stay in the field.
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useWords } from '../words/language.ts'
import { ownCommands } from './ownCommands.ts'
import { pageCommands, type Command } from './pageCommands.ts'
import { search } from './search.ts'
import './Palette.css'

/** More than a person reads; typing narrows the rest. */
const SHOWN = 60

export function Palette({ onClose, onSheet }: { onClose: () => void; onSheet: () => void }) {
  const w = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const commands = useMemo(() => [...ownCommands(w, onSheet), ...pageCommands()], [w, onSheet])
  const found = useMemo(() => search(commands, query).slice(0, SHOWN), [commands, query])
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at, id])
  const run = (command: Command | undefined): void => {
    if (!command) return
    dialog.current?.close()
    // After the dialog has given focus back.
    setTimeout(() => command.run())
  }
  const move = (by: number): void => setAt((i) => (found.length === 0 ? 0 : (i + by + found.length) % found.length))
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => setAt((i) => Math.min(found.length - 1, i + 8)),
    PageUp: () => setAt((i) => Math.max(0, i - 8)),
    Enter: () => run(found[at]),
  }
  return (
    <dialog ref={dialog} className="palette" aria-label={w.palette.title} onClose={onClose} onClick={(e) => e.target === dialog.current && dialog.current.close()}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${id}-${at}` : undefined}
        aria-label={w.palette.field}
        placeholder={w.palette.field}
        value={query}
        spellCheck={false}
        autoComplete="off"
        onChange={(e) => {
          setQuery(e.target.value)
          setAt(0)
        }}
        onKeyDown={(e) => {
          const act = keys[e.key]
          if (!act || e.nativeEvent.isComposing) return
          e.preventDefault()
          act()
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={w.palette.title}>
        {found.map((command, i) => (
          <li key={command.id} id={`${id}-${i}`} role="option" aria-selected={i === at} onPointerMove={() => setAt(i)} onClick={() => run(command)}>
            <span>{command.label}</span>
            <span className="palette-place">{command.place}</span>
          </li>
        ))}
      </ul>
      <p role="status" className="small soft palette-count">
        {found.length === 0 ? w.palette.none : w.palette.count(found.length)}
      </p>
    </dialog>
  )
}
