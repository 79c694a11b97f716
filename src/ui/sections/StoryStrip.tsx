// The six steps with what each holds now; it stays in sight while the page scrolls.
import { useApp } from '../AppContext.ts'
import { stepState, stepSummary, steps, type StepId } from '../story.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/language.ts'
import './StoryStrip.css'

export function StoryStrip() {
  const w = useWords()
  return (
    <nav className="story" aria-label={w.frame.steps}>
      <ol>
        {steps.map(({ id }, i) => (
          <Step key={id} id={id} title={`${i + 1} ${w.steps[id]}`} state={w.states} />
        ))}
      </ol>
    </nav>
  )
}

function Step({ id, title, state: stateWords }: { id: StepId; title: string; state: Words['states'] }) {
  const state = useApp((s) => stepState(s, id))
  const summary = useApp((s) => stepSummary(s, id))
  return (
    <li data-state={state}>
      <a href={`#${id}`}>
        <span className="story-title">
          {title}
          <span className="unseen"> ({stateWords[state]})</span>
        </span>
        <span className="story-summary">{summary}</span>
      </a>
    </li>
  )
}
