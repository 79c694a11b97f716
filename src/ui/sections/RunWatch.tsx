// What a run shows of itself beyond its curves: answers as it learns, and what each token of an example costs.
import { useApp } from '../AppContext.ts'
import { SampleTimeline } from './SampleTimeline.tsx'
import { TokenReading } from './TokenReading.tsx'

export function RunWatch() {
  const samples = useApp((s) => s.run.samples)
  const readings = useApp((s) => s.run.readings)
  return (
    <>
      {samples && <SampleTimeline samples={samples} />}
      {readings && <TokenReading readings={readings} />}
    </>
  )
}
