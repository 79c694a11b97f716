// The disclosure that holds every row; what looks through them is loaded when it is first opened.
import { lazy, Suspense, useState } from 'react'
import { formatCount } from '../format.ts'
import { useWords } from '../words/language.ts'

const DataRows = lazy(() => import('./DataRows.tsx').then((m) => ({ default: m.DataRows })))

export function AllRows({ rows }: { rows: number }) {
  const w = useWords().teach.rows
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details onToggle={(e) => setIsOpen(e.currentTarget.open)}>
      <summary>{w.all(formatCount(rows))}</summary>
      {isOpen && (
        <Suspense>
          <DataRows rows={rows} />
        </Suspense>
      )}
    </details>
  )
}
