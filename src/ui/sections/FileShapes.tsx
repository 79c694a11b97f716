// Before there is data: what a file may look like, so that a person knows whether theirs is one.
import { useWords } from '../words/language.ts'
import './FileShapes.css'

/** Keys are what the formats call them; the rest is said in the language that is spoken. */
const shapes = [
  { what: 'pairs', ending: '.jsonl', text: '{"prompt": "…", "completion": "…"}' },
  { what: 'chat', ending: '.jsonl', text: '{"messages": [{"role": "user",\n               "content": "…"}, …]}' },
  { what: 'labels', ending: '.csv' },
  { what: 'plain', ending: '.txt' },
] as const

export function FileShapes() {
  const w = useWords().teach.shapes
  return (
    <>
      <h3>{w.title}</h3>
      <dl className="file-shapes">
        {shapes.map((shape) => (
          <div key={shape.what}>
            <dt>
              {w[shape.what]} <span className="soft">{shape.ending}</span>
            </dt>
            <dd>
              <pre>{'text' in shape ? shape.text : w[`${shape.what}Text`]}</pre>
            </dd>
          </div>
        ))}
      </dl>
      <p className="small soft">{w.note}</p>
    </>
  )
}
