// Step 4: what the run will take, then the run itself.
import { recipeProblems } from '../../store/recipeEdits.ts'
import { isMoving } from '../../store/runFigures.ts'
import { useApp } from '../AppContext.ts'
import { RunCharts } from '../charts/RunCharts.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { LiveStatus } from '../parts/LiveStatus.tsx'
import { MemoryBar } from '../parts/MemoryBar.tsx'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { statusSentence } from '../runWords.ts'
import { PlanView } from './PlanView.tsx'
import { Remedies } from './Remedies.tsx'
import { RunWatch } from './RunWatch.tsx'
import { TrainControls } from './TrainControls.tsx'
import { TrainFigures } from './TrainFigures.tsx'
import { say, told } from '../words/language.ts'

export function TrainSection() {
  const hasCurve = useApp((s) => s.run.curve.rows > 0)
  const working = useApp((s) => s.working)
  const phase = useApp((s) => s.run.phase)
  const hasRun = phase !== undefined
  const failure = useApp((s) => s.run.failure)
  const plan = useApp((s) => s.run.plan)
  const problems = useApp((s) => recipeProblems(s.recipe, s.methods.value ?? []).map(told).join(' '))
  const status = useApp((s) => statusSentence(s.run))
  return (
    <Section
      id="train"
      hint={<Hint of="train" />}
      choose={
        <>
          <TrainControls blocked={problems} />
          {hasRun && <TrainFigures />}
          <LiveStatus text={status} isResting={!isMoving(phase)} />
        </>
      }
    >
      {failure && (
        <FailureNote failure={failure}>
          <Remedies of={failure} />
        </FailureNote>
      )}
      {hasRun && <RunCharts />}
      <RunWatch />
      {hasCurve && plan && (
        <details>
          <summary>{say().run.memory}</summary>
          <MemoryBar name={say().run.memory} bytes={plan.bytes} spared={plan.backward?.sparedBytes ?? 0} />
        </details>
      )}
      {!hasRun && <PlanView />}
      {hasRun && !working && (
        <details>
          <summary>{say().run.planAnew}</summary>
          <div className="stack">
            <PlanView />
          </div>
        </details>
      )}
    </Section>
  )
}
