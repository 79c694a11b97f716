// What a step of the story is about, in the language that is spoken.
import type { Words } from './en.ts'
import { useWords } from './language.ts'

export function Hint({ of }: { of: keyof Words['hints'] }) {
  return <>{useWords().hints[of]}</>
}
