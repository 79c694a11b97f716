// The page's shortcuts, declared once: the sheet shows them, and the listener obeys them.
import type { Words } from '../words/en.ts'

export interface Shortcut {
  /** `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
  readonly keys: readonly string[]
  readonly what: Exclude<keyof Words['shortcuts'], 'title' | 'single' | 'everywhere' | 'close'>
  /** Only a key, so that it can be switched off, and is none while a person types. */
  readonly single?: boolean
}

export const shortcuts: readonly Shortcut[] = [
  { keys: ['Mod', 'K'], what: 'palette' },
  { keys: ['?'], what: 'sheet', single: true },
  { keys: ['1', '…', '6'], what: 'sections', single: true },
  { keys: ['T'], what: 'train', single: true },
  { keys: ['Mod', 'Enter'], what: 'ask' },
  { keys: ['Esc'], what: 'leave' },
]

const isMac = (): boolean => /Mac|iP(hone|ad)/.test(navigator.platform)
export const showKeys = (keys: readonly string[]): readonly string[] => keys.map((key) => (key === 'Mod' ? (isMac() ? '⌘' : 'Ctrl') : key))

export type Pressed = { readonly kind: 'palette' | 'sheet' | 'train' | 'ask' } | { readonly kind: 'section'; readonly index: number }
type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>

/** What a key means to the page. @param typing in a field, where single keys are text */
export function pressed({ key, ctrlKey, metaKey, altKey, isComposing }: Key, singleKeys: boolean, typing: boolean): Pressed | undefined {
  if (isComposing || altKey) return undefined
  if (ctrlKey && metaKey) return undefined
  if (ctrlKey || metaKey) return key.toLowerCase() === 'k' ? { kind: 'palette' } : key === 'Enter' && typing ? { kind: 'ask' } : undefined
  if (!singleKeys || typing) return undefined
  if (key === '?') return { kind: 'sheet' }
  if (key.toLowerCase() === 't') return { kind: 'train' }
  return /^[1-6]$/.test(key) ? { kind: 'section', index: Number(key) - 1 } : undefined
}
