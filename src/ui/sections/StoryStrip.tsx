// The six steps with what each holds now; it stays in sight while the page scrolls.
import { useApp } from '../AppContext.ts'
import { stepState, stepSummary, steps, type StepId } from '../story.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/language.ts'
import { NextBar } from './NextBar.tsx'
import './StoryStrip.css'

export function StoryStrip() {
  const w = useWords()
  return (
    <div className="story">
      <nav aria-label={w.frame.steps}>
        <ol>
          {steps.map(({ id }, i) => (
            <Step key={id} id={id} number={i + 1} title={w.steps[id]} state={w.states} />
          ))}
        </ol>
      </nav>
      <NextBar />
    </div>
  )
}

function Step({ id, number, title, state: stateWords }: { id: StepId; number: number; title: string; state: Words['states'] }) {
  const state = useApp((s) => stepState(s, id))
  const summary = useApp((s) => stepSummary(s, id))
  return (
    <li data-state={state}>
      <a href={`#${id}`}>
        <span className="story-title">
          <span className="story-number">{number}</span> {title}
          <span className="unseen"> ({stateWords[state]})</span>
        </span>
        <span className="story-summary">{summary}</span>
      </a>
    </li>
  )
}
