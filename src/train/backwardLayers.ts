// How far down a step's backward pass goes: methods that train near the top leave the layers below without one, and keep
// none of their activations.
import { layerOf } from './levels.ts'
import type { StepGraph } from './step.ts'

/** Number of layers in which some gradient is computed. */
export function backwardLayers({ graph, boundary }: Pick<StepGraph, 'graph' | 'boundary'>): number {
  const found = new Set<number>()
  for (const { scope } of graph.nodes.slice(boundary)) {
    const layer = scope.endsWith("'") ? layerOf(scope.slice(0, -1)) : undefined
    if (layer !== undefined) found.add(layer)
  }
  return found.size
}
