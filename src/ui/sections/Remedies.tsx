// The ways out that a failure names, a button each.
import type { DataRemedy, Failure, Remedy } from '../../protocol/failure.ts'
import type { MethodInfo } from '../../protocol/methods.ts'
import type { OptionValue } from '../../protocol/options.ts'
import type { TaskType } from '../../protocol/taskType.ts'
import { trainingOptions } from '../../protocol/training.ts'
import { formatCount } from '../format.ts'
import { useActions, useApp } from '../AppContext.ts'

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
  const label = (id: string): string => methods?.find((m) => m.id === id)?.label ?? id
  switch (remedy.kind) {
    case 'instead':
      return `Use ${label(remedy.use)}`
    case 'without':
      return `Leave out ${label(remedy.method)}`
    case 'option': {
      const owner = methods?.find((m) => (remedy.method === undefined ? Object.hasOwn(m.options, remedy.name) : m.id === remedy.method))
      return setText(owner?.options[remedy.name]?.label ?? remedy.name, remedy.value)
    }
    case 'training':
      return setText(Object.entries(trainingOptions).find(([name]) => name === remedy.name)?.[1].label ?? remedy.name, remedy.value)
    case 'continue':
      return `Go on from step ${formatCount(remedy.step)} at a learning rate of ${remedy.learning_rate}`
    case 'task':
      return TASK_TEXTS[remedy.value]
    case 'data':
      return DATA_TEXTS[remedy.value]
    default:
      return remedy satisfies never
  }
}

const TASK_TEXTS: Readonly<Record<TaskType, string>> = {
  CAUSAL_LM: 'Let the model write its answers',
  SEQ_CLS: 'Predict one of the labels',
  TOKEN_CLS: 'Predict a label for every word',
}

const DATA_TEXTS: Readonly<Record<DataRemedy['value'], string>> = {
  duplicates: 'Leave duplicates out',
  leaks: 'Do not train on them',
  'too-long': 'Leave long rows out',
  start: 'Cut the start of what is asked instead',
  plain: 'Read quotes as plain characters',
  repeat: 'Repeat rows of rare labels',
}

function setText(label: string, value: OptionValue): string {
  if (typeof value === 'boolean') return `Turn ${value ? 'on' : 'off'} “${label}”`
  return `Set “${label}” to ${Array.isArray(value) ? value.join(', ') : String(value)}`
}
