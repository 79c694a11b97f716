// Where a run has several tasks: each one's validation loss, at the start and now, and its right answers before and after.
import { useApp } from '../AppContext.ts'
import { say } from '../words/language.ts'

export function TaskScores() {
  const losses = useApp((s) => s.run.taskLosses)
  const before = useApp((s) => s.run.before?.tasks)
  const after = useApp((s) => s.run.after?.tasks)
  const names = (losses?.now ?? after ?? before)?.map((t) => t.name)
  if (!names) return null
  const loss = (list: readonly { name: string; loss: number }[] | undefined, name: string): string => list?.find((t) => t.name === name)?.loss.toFixed(3) ?? ''
  const share = (list: typeof before, name: string): string => {
    const found = list?.find((t) => t.name === name)
    return found ? say().numbers.of(String(found.correct), String(found.total)) : ''
  }
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={say().tasks.scores}>
      <table>
        <caption className="small soft">{say().tasks.byTask}</caption>
        <thead>
          <tr>
            <th scope="col">{say().tasks.task}</th>
            <th scope="col">{say().tasks.lossFirst}</th>
            <th scope="col">{say().tasks.now}</th>
            <th scope="col">{say().tasks.rightBefore}</th>
            <th scope="col">{say().tasks.after}</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{loss(losses?.first, name)}</td>
              <td className="number">{loss(losses?.now, name)}</td>
              <td className="number">{share(before, name)}</td>
              <td className="number">{share(after, name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
