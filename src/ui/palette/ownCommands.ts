// Commands that no single control of the page stands for: going somewhere, colours, language, the sheet of shortcuts.
import { goTo, places } from '../goTo.ts'
import { chooseTheme, themes } from '../useTheme.ts'
import type { Words } from '../words/en.ts'
import { chooseLanguage, languages, type Language } from '../words/language.ts'
import type { Command } from './pageCommands.ts'

export function ownCommands(w: Words, showSheet: () => void): readonly Command[] {
  const themeNames = { system: w.frame.themeSystem, light: w.frame.themeLight, dark: w.frame.themeDark }
  return [
    ...places.map((id): Command => ({ id: `go-${id}`, label: w.palette.goTo(w.steps[id]), place: '', run: () => goTo(id) })),
    ...themes.map((t): Command => ({ id: `theme-${t}`, label: `${w.frame.theme}: ${themeNames[t]}`, place: '', run: () => chooseTheme(t) })),
    ...(Object.keys(languages) as Language[]).map((l): Command => ({ id: `language-${l}`, label: `${w.frame.language}: ${languages[l]}`, place: '', run: () => chooseLanguage(l) })),
    { id: 'sheet', label: w.shortcuts.title, place: '', run: showSheet },
  ]
}
