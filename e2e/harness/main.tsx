// The page around the scripted Studio, for journeys that are about the page alone. `#{"pace":50}` in the address is
// the script. It is built by e2e/harness.ts and is no part of the product.
import '../../src/ui/trustedTypes.ts'
import { createRoot } from 'react-dom/client'
import { createApp } from '../../src/store/appStore.ts'
import { App } from '../../src/ui/App.tsx'
import { AppProvider } from '../../src/ui/AppContext.ts'
import { testStudio, type Script } from '../../src/ui/testStudio.ts'
import { showStoredTheme } from '../../src/ui/useTheme.ts'

const script = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}') as Script
history.replaceState(null, '', location.pathname)
showStoredTheme()
const app = createApp(testStudio(script))
app.actions.start()

const root = document.querySelector('#root')
if (!root) throw new Error('The test page has no #root.')
createRoot(root).render(
  <AppProvider value={app}>
    <App />
  </AppProvider>,
)
