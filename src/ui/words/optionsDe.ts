// Die Optionen auf Deutsch, nach ihrem Namen; steht ein Formular davor, gilt der Eintrag nur dort.
import type { OptionWords } from './optionWords.ts'

export const optionsDe: OptionWords = {}
