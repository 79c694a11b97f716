// Learning-rate schedules with the formulas of transformers.get_scheduler. The first step of a warm-up has rate 0.
export type ScheduleName = 'cosine' | 'linear' | 'constant'

/** Share of the peak rate at a step, counted from 0. */
export function schedule(name: ScheduleName, step: number, warmupSteps: number, steps: number): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps)
  const rest = Math.max(1, steps - warmupSteps)
  switch (name) {
    case 'constant':
      return 1
    case 'linear':
      return Math.max(0, (steps - step) / rest)
    case 'cosine':
      return Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmupSteps)) / rest)))
    default:
      return name satisfies never
  }
}
