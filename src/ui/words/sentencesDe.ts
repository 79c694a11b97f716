// Was andere Räume des Studios auf Englisch sagen, auf Deutsch.
import type { Sentences } from './sentences.ts'

export const sentencesDe: Sentences = {}
