// One step of the story: its name and state in the rail, what the person chooses, and what that shows.
import type { ReactNode } from 'react'
import { useApp } from '../AppContext.ts'
import { stepState, steps, type StepId } from '../story.ts'
import { useWords } from '../words/language.ts'
import './Section.css'

interface Props {
  id: StepId
  hint: ReactNode
  choose?: ReactNode
  children?: ReactNode
}

export function Section({ id, hint, choose, children }: Props) {
  const w = useWords()
  const state = useApp((s) => stepState(s, id))
  const index = steps.findIndex((s) => s.id === id)
  return (
    <section className="section" id={id} aria-labelledby={`${id}-title`} data-state={state}>
      <header className="section-rail">
        <span className="section-mark" aria-hidden="true">
          {index + 1}
        </span>
        <h2 id={`${id}-title`} tabIndex={-1}>
          {w.steps[id]}
        </h2>
        <p className="section-hint">{hint}</p>
      </header>
      {choose && <div className="section-choose stack">{choose}</div>}
      <div className={choose ? 'section-show stack' : 'section-show section-wide stack'}>{children}</div>
    </section>
  )
}
