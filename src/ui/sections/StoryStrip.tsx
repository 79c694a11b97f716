// The six steps with what each holds now; it stays in sight while the page scrolls.
import { useApp } from '../AppContext.ts'
import { stepState, stepSummary, steps, type StepId } from '../story.ts'
import './StoryStrip.css'

const stateWords = { done: 'ready', now: 'next', later: 'later' } as const

export function StoryStrip() {
  return (
    <nav className="story" aria-label="Sections">
      <ol>
        {steps.map(({ id, title }, i) => (
          <Step key={id} id={id} title={`${i + 1} ${title}`} />
        ))}
      </ol>
    </nav>
  )
}

function Step({ id, title }: { id: StepId; title: string }) {
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
