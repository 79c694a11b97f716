// The page's head: name, promise, GPU, commands, language, theme.
import { useApp } from '../AppContext.ts'
import { formatBytes } from '../format.ts'
import { PALETTE_EVENT } from '../palette/Keyboard.tsx'
import { showKeys } from '../palette/shortcuts.ts'
import { themes, useTheme, type Theme } from '../useTheme.ts'
import { chooseLanguage, languages, useSpoken, useWords, type Language } from '../words/language.ts'
import './TopBar.css'

export function TopBar() {
  const [theme, setTheme] = useTheme()
  const { language, words } = useSpoken()
  const w = words.frame
  const themeLabels: Record<Theme, string> = { system: w.themeSystem, light: w.themeLight, dark: w.themeDark }
  return (
    <header className="top">
      <h1 className="top-name">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <path d="M9 4v10a7 7 0 0 0 14 0V4M16 21v8" fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
        </svg>
        Tunesmith
      </h1>
      <p className="top-promise">
        {w.promise} <strong>{w.promiseStrong}</strong> {w.promiseRest}
      </p>
      <div className="top-facts">
        <Device />
        <SentBytes />
      </div>
      <div className="top-tools">
        <button type="button" className="quiet" data-no-command onClick={() => window.dispatchEvent(new Event(PALETTE_EVENT))}>
          {w.commands} <kbd aria-hidden="true">{showKeys(['Mod', 'K']).join(' ')}</kbd>
        </button>
        <label>
          <span className="unseen">{w.language}</span>
          <select value={language} onChange={(e) => chooseLanguage(e.target.value as Language)}>
            {Object.entries(languages).map(([id, name]) => (
              <option key={id} value={id} lang={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="top-theme">
          <span>{w.theme}</span>
          <select value={theme} onChange={(e) => setTheme(themes.find((t) => t === e.target.value) ?? 'system')}>
            {themes.map((t) => (
              <option key={t} value={t}>
                {themeLabels[t]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </header>
  )
}

/** What this page and its workers have sent, bodies of requests, since it was opened. */
function SentBytes() {
  const sent = useApp((s) => s.machine.requests.sentBytes)
  const w = useWords().requests
  return (
    <p className="top-sent">
      <a href="#requests-title">{w.sent(formatBytes(sent))}</a>
    </p>
  )
}

function Device() {
  const { value, busy } = useApp((s) => s.device)
  const w = useWords().frame
  if (!value) return <p className="top-device">{busy ? w.gpuSearching : w.gpuNone}</p>
  const name = value.description || [value.vendor, value.architecture].filter(Boolean).join(' ') || w.gpuUnnamed
  return (
    <p className="top-device" data-warn={value.software || undefined}>
      <strong>{w.gpu}</strong> {name}
      {value.software && <span> – {w.gpuSoftware}</span>}
    </p>
  )
}
