// The colour theme: the system's until the person picks one, which is then kept on this machine.
import { useEffect, useState } from 'react'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'tunesmith.theme'
/** Fired on the document element after the theme changed. */
const THEME_EVENT = 'themechange'

const isTheme = (value: string | null): value is Theme => themes.some((t) => t === value)

function storedTheme(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return isTheme(value) ? value : 'system'
  } catch {
    // Storage may be switched off; the theme then lasts as long as the page.
    return 'system'
  }
}

function show(theme: Theme): void {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = theme
  root.dispatchEvent(new Event(THEME_EVENT))
}

/** Called once before the first paint. */
export const showStoredTheme = (): void => show(storedTheme())

export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // See storedTheme.
  }
  show(theme)
}

/** Calls back after every change of colours, the page's or the system's: for what is painted and not styled. Answers how to stop. */
export function onColours(paint: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', paint)
  document.documentElement.addEventListener(THEME_EVENT, paint)
  return () => {
    system.removeEventListener('change', paint)
    document.documentElement.removeEventListener(THEME_EVENT, paint)
  }
}

const shown = (): Theme => themes.find((t) => t === document.documentElement.dataset['theme']) ?? 'system'

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(storedTheme)
  useEffect(() => {
    const follow = (): void => setTheme(shown())
    document.documentElement.addEventListener(THEME_EVENT, follow)
    return () => document.documentElement.removeEventListener(THEME_EVENT, follow)
  }, [])
  return [theme, chooseTheme]
}
