// The page: one column of steps, told from the model to what is taken away.
import { lazy, Suspense, useEffect } from 'react'
import { useApp } from './AppContext.ts'
import { tabTitle } from './runWords.ts'
import { useEndNotice } from './useEndNotice.ts'
import { useFavicon } from './useFavicon.ts'
import { ExplainLayer } from './explain/ExplainLayer.tsx'
import { Keyboard } from './palette/Keyboard.tsx'
import { AdaptersSection } from './sections/AdaptersSection.tsx'
import { Banners } from './sections/Banners.tsx'
import { DataSection } from './sections/DataSection.tsx'
import { DropZone } from './sections/DropZone.tsx'
import { JudgeSection } from './sections/JudgeSection.tsx'
import { MethodSection } from './sections/MethodSection.tsx'
import { ModelSection } from './sections/ModelSection.tsx'
import { RunsSection } from './sections/RunsSection.tsx'
import { StoryStrip } from './sections/StoryStrip.tsx'
import { TakeAwaySection } from './sections/TakeAwaySection.tsx'
import { TopBar } from './sections/TopBar.tsx'
import { TrainSection } from './sections/TrainSection.tsx'
import { useWords } from './words/language.ts'
import './theme.css'
import './base.css'
import './App.css'

const MachineSection = lazy(() => import('./sections/MachineSection.tsx').then((m) => ({ default: m.MachineSection })))

export function App() {
  const w = useWords()
  const title = useApp((s) => tabTitle(s.run))
  useEffect(() => {
    document.title = title
  }, [title])
  useFavicon()
  useEndNotice()
  return (
    <div className="page">
      <a className="skip" href="#main">
        {w.frame.skip}
      </a>
      <TopBar />
      <StoryStrip />
      <main id="main" tabIndex={-1}>
        <Banners />
        <ModelSection />
        <DataSection />
        <MethodSection />
        <TrainSection />
        <JudgeSection />
        <TakeAwaySection />
        <AdaptersSection />
        <RunsSection />
        <Suspense>
          <MachineSection />
        </Suspense>
      </main>
      <DropZone />
      <Keyboard />
      <ExplainLayer />
    </div>
  )
}
