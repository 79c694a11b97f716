// What was said in English elsewhere, in the language that is spoken; what it does not know stays English, and is marked so.
import { useSpoken } from './language.ts'

export function Told({ text }: { text: string }) {
  const { text: said, isKnown } = useSpoken().told(text)
  return isKnown ? said : <span lang="en">{said}</span>
}
