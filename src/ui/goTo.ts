// Moves focus, and with it the view, to a section's heading: where to go when the control that acted is gone.
import type { StepId } from './story.ts'

export function goTo(id: StepId | 'adapters' | 'runs'): void {
  document.getElementById(`${id}-title`)?.focus()
}
