// The ways out that a failure names, a button each.
import type { Failure, Remedy } from '../../protocol/failure.ts'
import type { MethodInfo } from '../../protocol/methods.ts'
import type { OptionSpec, OptionValue } from '../../protocol/options.ts'
import { trainingOptions } from '../../protocol/training.ts'
import { formatCount, formatSmall } from '../format.ts'
import { useActions, useApp } from '../AppContext.ts'
import { say, told } from '../words/language.ts'
import { spokenSpec } from '../words/optionWords.ts'

export function Remedies({ of }: { of: Pick<Failure, 'remedies'> }) {
  const methods = useApp((s) => s.methods.value)
  const working = useApp((s) => s.working)
  const runId = useApp((s) => s.runId)
  const { takeRemedy, continueRun } = useActions()
  const take = (remedy: Remedy): void => {
    if (remedy.kind === 'continue' && runId !== undefined) void continueRun(runId, remedy.learning_rate)
    else takeRemedy(remedy)
  }
  return of.remedies?.map((remedy) => {
    const text = remedyText(remedy, methods)
    return (
      <button key={text} type="button" disabled={working} onClick={() => take(remedy)}>
        {text}
      </button>
    )
  })
}

function remedyText(remedy: Remedy, methods: readonly MethodInfo[] | undefined): string {
  const w = say().remedies
  const label = (id: string): string => told(methods?.find((m) => m.id === id)?.label ?? id)
  switch (remedy.kind) {
    case 'instead':
      return w.use(label(remedy.use))
    case 'without':
      return w.leaveOut(label(remedy.method))
    case 'option': {
      const owner = methods?.find((m) => (remedy.method === undefined ? Object.hasOwn(m.options, remedy.name) : m.id === remedy.method))
      return setText(labelOf(owner?.label ?? '', remedy.name, owner?.options[remedy.name]), remedy.value)
    }
    case 'training':
      return setText(labelOf('Training', remedy.name, Object.entries(trainingOptions).find(([name]) => name === remedy.name)?.[1]), remedy.value)
    case 'continue':
      return w.goOn(formatCount(remedy.step), formatSmall(remedy.learning_rate))
    case 'task':
      return w.tasks[remedy.value]
    case 'data':
      return w.data[remedy.value]
    default:
      return remedy satisfies never
  }
}

/** As its form shows it. */
const labelOf = (form: string, name: string, spec: OptionSpec | undefined): string => (spec ? spokenSpec(form, name, spec).label : name)

function setText(label: string, value: OptionValue): string {
  if (typeof value === 'boolean') return value ? say().remedies.turnOn(label) : say().remedies.turnOff(label)
  return say().remedies.set(label, Array.isArray(value) ? value.join(', ') : typeof value === 'number' ? formatSmall(value) : String(value))
}
