// Copies a text and says so on the button itself.
import { useState } from 'react'
import { useWords } from '../words/language.ts'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const w = useWords().frame
  const [said, setSaid] = useState<string>()
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid(w.copied)
    } catch {
      setSaid(w.copyRefused)
    }
    setTimeout(() => setSaid(undefined), 2000)
  }
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}
