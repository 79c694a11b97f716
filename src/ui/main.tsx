// Starts the page: connects the trainer worker, makes the store, shows the app.
// The Trusted Types policy comes first: without it no worker may start.
import './trustedTypes.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { watchRequests } from '../lib/watchRequests.ts'
import { isRecipeLink } from '../store/recipeLink.ts'
import { createApp } from '../store/appStore.ts'
import { connectStudio } from '../workers/client.ts'
import { App } from './App.tsx'
import { AppProvider } from './AppContext.ts'
import { deskPlace, saveOnLeaving } from './deskPlace.ts'
import { keepOffline } from './offline.ts'
import { showStoredTheme } from './useTheme.ts'
import { firstLanguage, speak } from './words/language.ts'

showStoredTheme()
void speak(firstLanguage())
const app = createApp(connectStudio(), deskPlace())
saveOnLeaving(app.actions.saveDesk)
watchRequests((request) => app.actions.noteRequest({ ...request, by: 'page' }))
app.actions.start()
if (isRecipeLink(location.hash)) {
  void app.actions.readLink(location.hash)
  // A reload should not ask again.
  history.replaceState(null, '', location.pathname + location.search)
}

const root = document.querySelector('#root')
if (!root) throw new Error('index.html has no #root to show the page in.')
createRoot(root).render(
  <StrictMode>
    <AppProvider value={app}>
      <App />
    </AppProvider>
  </StrictMode>,
)

// When the page is there and idle: what it needs first comes first.
if (import.meta.env.PROD) window.addEventListener('load', () => requestIdleCallback(() => void keepOffline(), { timeout: 5000 }), { once: true })
