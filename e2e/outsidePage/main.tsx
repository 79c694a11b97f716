// The page around a scripted Studio whose every text is hostile, for the journey of texts from outside.
import '../../src/ui/trustedTypes.ts'
import { createRoot } from 'react-dom/client'
import { defaultRecipe } from '../../src/protocol/recipe.ts'
import { createApp } from '../../src/store/appStore.ts'
import { App } from '../../src/ui/App.tsx'
import { AppProvider } from '../../src/ui/AppContext.ts'
import { testRecord } from '../../src/ui/testFixtures.ts'
import { hostileStudio } from '../../src/ui/testOutside.ts'
import { testStudio } from '../../src/ui/testStudio.ts'
import { PAYLOADS } from './payloads.ts'

const runs = PAYLOADS.slice(0, 4).map((name, i) => testRecord(`run-${i}`, { ...defaultRecipe(), name, seed: i }, { createdAt: i }))
const app = createApp(hostileStudio(testStudio({ runs }), PAYLOADS))
app.actions.start()

const root = document.querySelector('#root')
if (!root) throw new Error('The test page has no #root.')
createRoot(root).render(
  <AppProvider value={app}>
    <App />
  </AppProvider>,
)
