// What is done less often, behind one button. What shows it is loaded when the first is opened.
import { lazy, Suspense, useState, type RefObject } from 'react'
import { useWords } from '../words/language.ts'
import type { MenuItem } from './menuItem.ts'
import './MoreMenu.css'

const MenuPopover = lazy(() => import('./MenuPopover.tsx').then((m) => ({ default: m.MenuPopover })))

interface Props {
  /** Of the button, and of what it opens. */
  name: string
  items: readonly MenuItem[]
  /** Where focus goes once a dialog that an item opened is closed. */
  button: RefObject<HTMLButtonElement | null>
}

export function MoreMenu({ name, items, button }: Props) {
  const w = useWords().frame
  /** The button and what belongs to it, while it is open. */
  const [beside, setBeside] = useState<HTMLElement | null>(null)
  return (
    <span>
      <button type="button" ref={button} className="quiet more" data-no-command aria-haspopup="dialog" aria-expanded={beside !== null} aria-label={name} onClick={(e) => setBeside(beside ? null : e.currentTarget.parentElement)}>
        {w.more}
      </button>
      {/* Never seen: here the commands find what the menu holds. */}
      <span hidden>
        {items.map((item) => (
          <button key={item.label} type="button" disabled={item.disabled} aria-label={item.name} onClick={item.onChoose} />
        ))}
      </span>
      <Suspense>{beside && <MenuPopover title={name} items={items} beside={beside} onClose={() => setBeside(null)} />}</Suspense>
    </span>
  )
}
