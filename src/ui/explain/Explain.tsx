// The question mark beside a term. It is a button, so that a keyboard and a finger reach what it says as a mouse does.
import { useId, useSyncExternalStore } from 'react'
import { useWords } from '../words/language.ts'
import { explain, explained, explainNothing, type Term } from './explained.ts'
import './Explain.css'

export function Explain({ of }: { of: Term }) {
  const w = useWords().teach
  const id = useId()
  const isOpen = useSyncExternalStore(explained.subscribe, () => explained.getState().beside?.id === id, () => false)
  return (
    <button
      type="button"
      id={id}
      className="explain"
      data-no-command
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      aria-label={w.about(w.terms[of].name)}
      onClick={(e) => (isOpen ? explainNothing() : explain(of, e.currentTarget))}
    />
  )
}
