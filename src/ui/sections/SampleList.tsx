// The bundled samples: one click opens one.
import type { SampleInfo } from '../../protocol/studio.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatOf } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import './SampleList.css'

const tasks: Record<SampleInfo['task'], string> = {
  style: 'style',
  classification: 'classification',
  structured: 'structured output',
}

export function SampleList() {
  const { value, failure } = useApp((s) => s.samples)
  const data = useApp((s) => s.recipe.data)
  const working = useApp((s) => s.working)
  const { openSample } = useActions()
  if (failure) return <FailureNote failure={failure} />
  return (
    <ul className="samples" aria-label="Samples">
      {value?.map((sample) => (
        <li key={sample.id}>
          <button
            type="button"
            aria-pressed={data.tasks ? data.tasks.some((t) => t.source === 'sample' && t.id === sample.id) : data.source === 'sample' && data.id === sample.id}
            disabled={working}
            onClick={() => void openSample(sample.id)}
          >
            <span className="sample-title">{sample.title}</span>
            <span className="sample-text">{sample.description}</span>
            <span className="sample-size">
              {tasks[sample.task]}, {formatOf(sample.rows, 'row')}, {formatBytes(sample.bytes)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
