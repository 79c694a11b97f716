// Loads what shows explanations when the first is asked for.
import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import { explained } from './explained.ts'

const ExplainPopover = lazy(() => import('./ExplainPopover.tsx').then((m) => ({ default: m.ExplainPopover })))

export function ExplainLayer() {
  const { of, beside } = useStore(explained)
  return <Suspense>{of && beside && <ExplainPopover of={of} beside={beside} />}</Suspense>
}
