// Short facts side by side: a name, a value with its unit, and perhaps a remark.
import type { ReactNode } from 'react'
import { Explain } from '../explain/Explain.tsx'
import type { Term } from '../explain/explained.ts'
import './Facts.css'

export interface Fact {
  readonly name: string
  readonly value: ReactNode
  readonly remark?: string
  readonly warn?: boolean
  /** What explains its name. */
  readonly term?: Term
}

export function Facts({ facts, big = false }: { facts: readonly Fact[]; big?: boolean }) {
  return (
    <dl className={big ? 'facts facts-big' : 'facts'}>
      {facts.map((fact) => (
        <div key={fact.name} data-warn={fact.warn || undefined}>
          <dt>
            {fact.name}
            {fact.term && <Explain of={fact.term} />}
          </dt>
          <dd>
            {fact.value}
            {fact.remark && <span className="fact-remark"> {fact.remark}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
