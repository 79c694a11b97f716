// Which language the page speaks: the person's choice, or the browser's where the page knows it. A language is loaded when it
// is first spoken; until it has come, and where it cannot, the page speaks English.
import { useSyncExternalStore } from 'react'
import { en, type Words } from './en.ts'
import type { OptionWords } from './optionWords.ts'

export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

interface Spoken {
  readonly language: Language
  readonly words: Words
  readonly options: OptionWords
  /** Headings of options, by the English one. */
  readonly groups: Readonly<Record<string, string>>
}
export type Table = Omit<Spoken, 'language'>

const english: Spoken = { language: 'en', words: en, options: {}, groups: {} }
const tables: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Table>>> = { de: () => import('./de.ts').then((m) => m.de) }
const KEY = 'tunesmith.language'

const isLanguage = (tag: string | null | undefined): tag is Language => tag !== null && tag !== undefined && Object.hasOwn(languages, tag)

let spoken = english
const listeners = new Set<() => void>()

export async function speak(language: Language): Promise<void> {
  const table = language === 'en' ? english : await tables[language]().catch(() => undefined)
  if (!table) return
  spoken = { language, words: table.words, options: table.options, groups: table.groups }
  document.documentElement.lang = language
  for (const told of listeners) told()
}

export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
  void speak(language)
}

/** The stored choice, or the first of the browser's languages that the page knows. */
export function firstLanguage(wanted: readonly string[] = navigator.languages): Language {
  try {
    const kept = localStorage.getItem(KEY)
    if (isLanguage(kept)) return kept
  } catch {
    // As above.
  }
  return wanted.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en'
}

const subscribe = (told: () => void): (() => void) => {
  listeners.add(told)
  return () => listeners.delete(told)
}
const now = (): Spoken => spoken

export const useSpoken = (): Spoken => useSyncExternalStore(subscribe, now, () => english)
export const useWords = (): Words => useSpoken().words
