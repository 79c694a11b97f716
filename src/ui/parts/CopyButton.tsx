// Copies a text and says so on the button itself.
import { useState } from 'react'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState<string>()
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('The browser refused to copy')
    }
    setTimeout(() => setSaid(undefined), 2000)
  }
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}
