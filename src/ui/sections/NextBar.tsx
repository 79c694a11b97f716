// The one next thing to do, in sight wherever the page is scrolled to: beside the steps, or at the foot of a narrow screen.
import { useShallow } from 'zustand/react/shallow'
import { useApp } from '../AppContext.ts'
import { formatShare } from '../format.ts'
import { goTo } from '../goTo.ts'
import { nextStep } from '../nextStep.ts'
import { useWords } from '../words/language.ts'
import './NextBar.css'

/** Nothing to press for: it only takes a moment. */
const WAITS: readonly string[] = ['opening', 'reading', 'preparing']

export function NextBar() {
  const w = useWords().teach.next
  const next = useApp(useShallow(nextStep))
  if (!next) return null
  const { what, at, share } = next
  const go = (): void => {
    goTo(at)
    // Where something is still missing, the button says what.
    if (what === 'train') document.querySelector<HTMLElement>('#train button.primary:not([aria-disabled="true"])')?.click()
  }
  return (
    <div className="next">
      <button type="button" className={WAITS.includes(what) || share !== undefined ? 'next-button' : 'next-button primary'} data-no-command onClick={go}>
        <span>
          {share === undefined && !WAITS.includes(what) && <span className="next-word">{w.next}: </span>}
          {w[what]}
          {share !== undefined && `, ${formatShare(share, 1)}`}
        </span>
        {share !== undefined && <progress value={share} max={1} aria-hidden="true" />}
      </button>
    </div>
  )
}
