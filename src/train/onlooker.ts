// What a person looks at while a run goes: answers to the same few prompts every so often, and at first and last held-out
// examples token by token. It changes nothing that trains.
import type { RunEvent } from '../protocol/event.ts'
import type { Base } from './base.ts'
import type { Learner } from './learner.ts'
import { readExamples } from './readExamples.ts'
import type { RunData } from './runData.ts'
import { sampleAnswers, type SampleSource } from './sampleAnswers.ts'

const EXAMPLES = 8

export interface OnlookerNeeds {
  readonly base: Base
  readonly source: SampleSource
  say(event: RunEvent): void
  cancelled(): boolean
}

export class Onlooker {
  private readonly every: number
  constructor(private readonly needs: OnlookerNeeds) {
    this.every = needs.source.recipe.evaluation.sampleSteps ?? 0
  }

  /** Whether answers are due between the first and the last step, which are shown anyway. */
  isDue(done: number): boolean {
    return this.every > 0 && done % this.every === 0 && done < this.needs.source.recipe.training.steps
  }

  /** Before the first step, and after the last. */
  async atEnd(learner: Learner, step: number, { validation }: RunData): Promise<void> {
    if (this.needs.cancelled()) return
    if (this.every > 0) await this.sample(learner, step)
    // Where validation reads them anyway, so that nothing more is recorded for it.
    const [held] = this.needs.source.recipe.training.eval_steps > 0 ? (validation ?? []) : []
    if (held) this.needs.say({ type: 'reading', step, examples: await readExamples(learner, held.plan.batch(0), EXAMPLES) })
  }

  async sample(learner: Learner, step: number): Promise<void> {
    const began = performance.now()
    const { base, source, say, cancelled } = this.needs
    const answers = await sampleAnswers(base, learner, source, cancelled)
    if (answers) say({ type: 'samples', step, answers, ms: performance.now() - began })
  }
}
