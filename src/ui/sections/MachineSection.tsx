// Below the story: this machine. Loaded apart from the first page, since nobody needs it to begin.
import { useWords } from '../words/language.ts'
import { KernelTuning } from './KernelTuning.tsx'
import { OfflineNote } from './OfflineNote.tsx'
import { RequestList } from './RequestList.tsx'
import { SelfTest } from './SelfTest.tsx'
import { StorageUse } from './StorageUse.tsx'
import './MachineSection.css'

export function MachineSection() {
  const w = useWords()
  return (
    <section className="machine stack" id="machine" aria-labelledby="machine-title">
      <h2 id="machine-title" tabIndex={-1}>
        {w.steps.machine}
      </h2>
      <p className="small soft">{w.hints.machine}</p>
      <div className="machine-parts">
        <SelfTest />
        <KernelTuning />
        <RequestList />
        <OfflineNote />
        <StorageUse />
      </div>
    </section>
  )
}
