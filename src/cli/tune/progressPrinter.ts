// A run's events as lines for a terminal.
import type { RunEvent } from '../../protocol/event.ts'
import type { Recipe } from '../../protocol/recipe.ts'
import { reportLines } from './reportLines.ts'

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

export function progressPrinter({ training }: Recipe): (event: RunEvent) => void {
  const every = Math.max(1, Math.floor(training.steps / 40))
  // Time left is told from the pace of training alone: loading, compiling and scoring come before it.
  let started = performance.now()
  return (event) => {
    if (event.type === 'step' && event.step === 1) started = performance.now()
    const line = lineOf(event, every, started)
    if (line) console.log(line)
  }
}

const listed = (parts: readonly string[] | undefined): string => (parts ? ` (${parts.join(', ')})` : '')

function scored({ metric, correct, total, unit, entities }: Extract<RunEvent, { type: 'score' }>): string {
  if (entities) return `entity F1 ${entities.f1.toFixed(4)} (precision ${entities.precision.toFixed(4)}, recall ${entities.recall.toFixed(4)}), ${correct} of ${total} words right`
  return `${correct} of ${total} ${unit === 'word' ? 'words' : 'test answers'} ${metric === 'exact_match' ? 'exactly right' : 'right'}`
}

function lineOf(e: RunEvent, every: number, started: number): string | undefined {
  switch (e.type) {
    case 'phase':
      return e.detail ? `${e.phase}: ${e.detail}` : e.phase
    case 'plan': {
      const { trainableParameters, totalParameters, bytes, backward } = e.plan
      const depth = backward && backward.layers < backward.of ? `; gradients pass through the top ${backward.layers} of ${backward.of} layers` : ''
      return `${trainableParameters.toLocaleString('en')} of ${totalParameters.toLocaleString('en')} parameters train; ${mib(bytes.total)} of GPU memory${depth}`
    }
    case 'step': {
      if (e.step % every !== 0 && e.step !== e.steps) return undefined
      const left = ((performance.now() - started) / 1000 / Math.max(1, e.step - 1)) * (e.steps - e.step)
      return `step ${e.step}/${e.steps}  loss ${e.loss.toFixed(4)}  lr ${e.learningRate.toExponential(2)}  grad norm ${e.gradNorm.toFixed(3)}  ${Math.round((1000 * e.tokens) / e.ms)} tokens/s  ${e.step > 1 ? `${Math.round(left)} s left` : ''}`
    }
    case 'validation':
      return `validation ${e.step === 0 ? 'before training' : `after step ${e.step}`}: loss ${e.loss.toFixed(4)}${listed(e.tasks?.map((t) => `${t.name} ${t.loss.toFixed(4)}`))}`
    case 'score':
      return `${e.when} training: ${scored(e)}${listed(e.tasks?.map((t) => `${t.name} ${t.correct} of ${t.total}`))}`
    case 'report':
      return reportLines(e.report)
    case 'failure':
      return `${e.failure.message} ${e.failure.hint}`
    case 'early-stop':
      return `stopped early at step ${e.step}: no validation loss below ${e.best.loss.toFixed(4)} of step ${e.best.step} in ${e.patience} validations`
    case 'samples':
      return [`answers after step ${e.step}:`, ...e.answers.map((a) => `  ${a.prompt.trim().slice(0, 60)} → ${a.answer.trim().slice(0, 80)}`)].join('\n')
    case 'rate':
      return `from step ${e.step} on the learning rate peaks at ${e.is} instead of ${e.was}`
    case 'best':
      return `kept the values of step ${e.step}, validation loss ${e.loss.toFixed(4)}`
    case 'checkpoint':
    case 'memory':
    case 'layers':
    case 'reading':
    case 'scoring':
      return undefined
    default:
      return e satisfies never
  }
}
