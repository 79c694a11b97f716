// The page around the scripted Studio, for journeys that are about the page alone. `#{"pace":50}` in the address is
// the script. It is built by e2e/harness.ts and is no part of the product.
import '../../src/ui/trustedTypes.ts'
import { createRoot } from 'react-dom/client'
import { createApp } from '../../src/store/appStore.ts'
import { App } from '../../src/ui/App.tsx'
import { AppProvider } from '../../src/ui/AppContext.ts'
import { testStudio, type Script } from '../../src/ui/testStudio.ts'
import { deskPlace, saveOnLeaving } from '../../src/ui/deskPlace.ts'
import { showStoredTheme } from '../../src/ui/useTheme.ts'
import { firstLanguage, speak } from '../../src/ui/words/language.ts'

// A reload finds the script of its tab again, and the runs that there were.
const SCRIPT = 'script'
if (location.hash.startsWith('#%7B')) sessionStorage.setItem(SCRIPT, decodeURIComponent(location.hash.slice(1)))
const script = JSON.parse(sessionStorage.getItem(SCRIPT) ?? '{}') as Script
history.replaceState(null, '', location.pathname)
showStoredTheme()
void speak(firstLanguage())
const studio = testStudio(script)
const app = createApp(studio, deskPlace(false))
saveOnLeaving(app.actions.saveDesk)
addEventListener('pagehide', () => void studio.runs().then((runs) => runs.ok && sessionStorage.setItem(SCRIPT, JSON.stringify({ ...script, runs: runs.value.toReversed() }))))
app.actions.start()

const root = document.querySelector('#root')
if (!root) throw new Error('The test page has no #root.')
createRoot(root).render(
  <AppProvider value={app}>
    <App />
  </AppProvider>,
)
