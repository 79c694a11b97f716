// The page's head: name, promise, GPU, theme.
import { useApp } from '../AppContext.ts'
import { themes, useTheme, type Theme } from '../useTheme.ts'
import './TopBar.css'

const themeLabels: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' }

export function TopBar() {
  const [theme, setTheme] = useTheme()
  return (
    <header className="top">
      <h1 className="top-name">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <path d="M9 4v10a7 7 0 0 0 14 0V4M16 21v8" fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
        </svg>
        Tunesmith
      </h1>
      <p className="top-promise">
        Fine-tune a language model on your own GPU. <strong>Nothing leaves this machine unasked:</strong> the page’s security policy lets no
        part that sees your data contact another address.
      </p>
      <Device />
      <label className="top-theme">
        <span>Theme</span>
        <select value={theme} onChange={(e) => setTheme(themes.find((t) => t === e.target.value) ?? 'system')}>
          {themes.map((t) => (
            <option key={t} value={t}>
              {themeLabels[t]}
            </option>
          ))}
        </select>
      </label>
    </header>
  )
}

function Device() {
  const { value, busy } = useApp((s) => s.device)
  if (!value) return <p className="top-device">{busy ? 'Looking for the GPU…' : 'No GPU in use'}</p>
  const name = value.description || [value.vendor, value.architecture].filter(Boolean).join(' ') || 'unnamed'
  return (
    <p className="top-device" data-warn={value.software || undefined}>
      <strong>GPU</strong> {name}
      {value.software && <span> – a software adapter: right results, many times slower than a GPU</span>}
    </p>
  )
}
