// Listens for the page's shortcuts, and loads the palette and the sheet when they are first asked for.
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { goTo } from '../goTo.ts'
import { steps } from '../story.ts'
import { pressed } from './shortcuts.ts'

const loadPalette = () => import('./Palette.tsx')
const Palette = lazy(() => loadPalette().then((m) => ({ default: m.Palette })))
const ShortcutSheet = lazy(() => import('./ShortcutSheet.tsx').then((m) => ({ default: m.ShortcutSheet })))

/** Fired on the window by whatever button opens the palette. */
export const PALETTE_EVENT = 'tunesmith:palette'
const KEY = 'tunesmith.singleKeys'

function storedSingleKeys(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    // Storage may be switched off.
    return true
  }
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=file], [type=button])'))

/** Of the prompt that is typed in: the button under it. */
const askButton = (field: EventTarget | null): HTMLElement | undefined =>
  (field instanceof HTMLTextAreaElement && field.closest('#judge') ? field.closest('.stack')?.querySelector<HTMLElement>('.row button') : undefined) ?? undefined

export function Keyboard() {
  const [shown, setShown] = useState<'palette' | 'sheet'>()
  const [singleKeys, setSingleKeys] = useState(storedSingleKeys)
  const close = useCallback(() => setShown((now) => (now === 'palette' ? undefined : now)), [])
  const showSheet = useCallback(() => setShown('sheet'), [])
  useEffect(() => {
    const open = (): void => setShown('palette')
    const down = (event: KeyboardEvent): void => {
      const found = pressed(event, singleKeys, isTyping(event.target))
      if (!found || event.defaultPrevented) return
      // In a dialog keys belong to it; what it holds may not be covered by another.
      if (document.querySelector('dialog[open]')) return
      const asking = found.kind === 'ask' ? askButton(event.target) : undefined
      if (found.kind === 'ask' && !asking) return
      event.preventDefault()
      if (asking) asking.click()
      else if (found.kind === 'section') goTo(steps[found.index].id)
      else if (found.kind === 'train') document.querySelector<HTMLElement>('#train button.primary')?.click()
      else if (found.kind !== 'ask') setShown(found.kind)
    }
    window.addEventListener('keydown', down)
    window.addEventListener(PALETTE_EVENT, open)
    return () => {
      window.removeEventListener('keydown', down)
      window.removeEventListener(PALETTE_EVENT, open)
    }
  }, [singleKeys])
  useEffect(() => {
    // Loaded before it is first wanted, so that what is typed right after Ctrl+K is not lost.
    const waiting = requestIdleCallback(() => void loadPalette().catch(() => undefined), { timeout: 4000 })
    return () => cancelIdleCallback(waiting)
  }, [])
  const keepSingleKeys = (on: boolean): void => {
    setSingleKeys(on)
    try {
      localStorage.setItem(KEY, on ? 'on' : 'off')
    } catch {
      // See storedSingleKeys.
    }
  }
  return (
    <Suspense>
      {shown === 'palette' && <Palette onClose={close} onSheet={showSheet} />}
      {shown === 'sheet' && <ShortcutSheet singleKeys={singleKeys} onSingleKeys={keepSingleKeys} onClose={() => setShown(undefined)} />}
    </Suspense>
  )
}
