// Which language the page speaks: the person's choice, or the browser's where the page knows it. A language is loaded when it
// is first spoken; until it has come, and where it cannot, the page speaks English.
import { useSyncExternalStore } from 'react'
import type { FailureCode } from '../../protocol/failure.ts'
import { en, type Words } from './en.ts'
import { sentences, type Sentences, type Told } from './sentences.ts'

export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

export interface OptionText {
  readonly label: string
  readonly help: string
  readonly unit?: string
  /** By value. */
  readonly choices?: Readonly<Record<string, string>>
}
export type OptionWords = Readonly<Record<string, OptionText>>

interface Spoken {
  readonly language: Language
  readonly words: Words
  readonly options: OptionWords
  /** Headings of options, by the English one. */
  readonly groups: Readonly<Record<string, string>>
  /** What to say of a failure whose own sentence is not known; English knows them all. */
  readonly failures?: FailureWords
  /** What the studio's other rooms say, by the English sentence. */
  readonly told: (text: string) => Told
}
export type FailureWords = Readonly<Record<FailureCode, { readonly what: string; readonly way: string }>>
export type Table = Omit<Required<Spoken>, 'language' | 'told'> & { readonly sentences: Sentences }

const english: Spoken = { language: 'en', words: en, options: {}, groups: {}, told: (text) => ({ text, isKnown: true }) }
const tables: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Table>>> = { de: () => import('./de.ts').then((m) => m.de) }
const KEY = 'tunesmith.language'

const isLanguage = (tag: string | null | undefined): tag is Language => tag !== null && tag !== undefined && Object.hasOwn(languages, tag)

let spoken = english
const listeners = new Set<() => void>()

export async function speak(language: Language): Promise<void> {
  if (language === 'en') spoken = english
  else {
    const table = await tables[language]().catch(() => undefined)
    if (!table) return
    const { sentences: known, ...rest } = table
    spoken = { language, ...rest, told: sentences(known) }
  }
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

export const useSpoken = (): Spoken => useSyncExternalStore(subscribe, now, now)
export const useWords = (): Words => useSpoken().words

/** The words outside a component's hooks. The page renders whole when its language changes, so what is said stays true. */
export const say = (): Words => spoken.words
/** What was said in English elsewhere, in the language that is spoken where it knows the sentence. */
export const told = (text: string): string => spoken.told(text).text
/** An option's words by its name, where the language brings them so. */
export const optionText = (form: string, name: string): OptionText | undefined => spoken.options[`${form}.${name}`] ?? spoken.options[name]
/** For numbers and dates. */
export const locale = (): string => (spoken.language === 'en' ? 'en-GB' : spoken.language)
