// What a run shows of itself beyond its curves: where in the model it learns, answers as it learns, and what each token costs.
import { useApp } from '../AppContext.ts'
import { LayerHeat } from '../charts/LayerHeat.tsx'
import { SampleTimeline } from './SampleTimeline.tsx'
import { TokenReading } from './TokenReading.tsx'

export function RunWatch() {
  const layerNorms = useApp((s) => s.run.layerNorms)
  const samples = useApp((s) => s.run.samples)
  const readings = useApp((s) => s.run.readings)
  return (
    <>
      {layerNorms && <LayerHeat layerNorms={layerNorms} />}
      {samples && <SampleTimeline samples={samples} />}
      {readings && <TokenReading readings={readings} />}
    </>
  )
}
