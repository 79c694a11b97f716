// Short facts side by side: a name, a value with its unit, and perhaps a remark.
import type { ReactNode } from 'react'
import './Facts.css'

export interface Fact {
  readonly name: string
  readonly value: ReactNode
  readonly remark?: string
  readonly warn?: boolean
}

export function Facts({ facts, big = false }: { facts: readonly Fact[]; big?: boolean }) {
  return (
    <dl className={big ? 'facts facts-big' : 'facts'}>
      {facts.map((fact) => (
        <div key={fact.name} data-warn={fact.warn || undefined}>
          <dt>{fact.name}</dt>
          <dd>
            {fact.value}
            {fact.remark && <span className="fact-remark"> {fact.remark}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
