// The bundled samples: one click opens one.
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatOf } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { say, told } from '../words/language.ts'
import { Told } from '../words/Told.tsx'
import './SampleList.css'

export function SampleList() {
  const { value, failure } = useApp((s) => s.samples)
  const data = useApp((s) => s.recipe.data)
  const working = useApp((s) => s.working)
  const { openSample } = useActions()
  if (failure) return <FailureNote failure={failure} />
  return (
    <ul className="samples" aria-label={say().rows.samples}>
      {value?.map((sample) => (
        <li key={sample.id}>
          <button
            type="button"
            aria-pressed={data.tasks ? data.tasks.some((t) => t.source === 'sample' && t.id === sample.id) : data.source === 'sample' && data.id === sample.id}
            disabled={working}
            onClick={() => void openSample(sample.id)}
          >
            <span className="sample-title">{told(sample.title)}</span>
            <span className="sample-text">
              <Told text={sample.description} />
            </span>
            <span className="sample-size">
              {say().rows.sampleTasks[sample.task]}, {formatOf(sample.rows, 'row')}, {formatBytes(sample.bytes)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
