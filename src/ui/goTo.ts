// Moves focus, and with it the view, to a section's heading: where to go when the control that acted is gone.
import { steps, type StepId } from './story.ts'

export type Place = StepId | 'adapters' | 'runs' | 'machine'
export const places: readonly Place[] = [...steps.map((s) => s.id), 'adapters', 'runs', 'machine']

export function goTo(id: Place): void {
  document.getElementById(`${id}-title`)?.focus()
}
