// Planned bytes by class: one stacked bar, and the same numbers as a table beside it. What the method spares of full
// tuning's activations stands behind the bar as an outline, and under the table's total.
import type { Bytes } from '../../protocol/event.ts'
import { useWords } from '../words/language.ts'
import { formatBytes, formatShare } from '../format.ts'
import './MemoryBar.css'

const classes = [
  { key: 'weights', label: 'Weights', note: 'the base model, read only' },
  { key: 'activations', label: 'Activations', note: 'kept for the backward pass; falls with batch size and row length' },
  { key: 'workspace', label: 'Workspace', note: 'scratch, logits' },
  { key: 'trainable', label: 'Trainable', note: 'values, gradients, optimizer moments' },
] as const satisfies readonly { key: keyof Bytes; label: string; note: string }[]

/** @param granted what the device gave of it in a trial, where there was one */
export function MemoryBar({ bytes, spared = 0, granted }: { bytes: Bytes; spared?: number; granted?: number }) {
  const w = useWords().room
  const present = classes.filter(({ key }) => bytes[key] > 0)
  return (
    <figure className="memory">
      <div className="memory-bar" aria-hidden="true">
        {present.map(({ key }) => (
          <span key={key} className={`class-${key}`} style={{ flexGrow: bytes[key] }} />
        ))}
        {spared > 0 && <span className="memory-spared" style={{ flexGrow: spared }} />}
        {granted !== undefined && granted < bytes.total && <i className="memory-cut" title={w.cut} style={{ left: `${(100 * granted) / (bytes.total + spared)}%` }} />}
      </div>
      <div className="scroll">
        <table>
          <caption className="unseen">GPU memory by class</caption>
          <thead>
            <tr>
              <th scope="col">GPU memory</th>
              <th scope="col" className="number">
                Bytes
              </th>
              <th scope="col" className="number">
                Share
              </th>
              <th scope="col">What it holds</th>
            </tr>
          </thead>
          <tbody>
            {present.map(({ key, label, note }) => (
              <tr key={key}>
                <th scope="row">
                  <span className={`swatch class-${key}`} /> {label}
                </th>
                <td className="number">{formatBytes(bytes[key])}</td>
                <td className="number">{formatShare(bytes[key], bytes.total)}</td>
                <td className="soft">{note}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td className="number">
                <strong>{formatBytes(bytes.total)}</strong>
              </td>
              <td />
              <td />
            </tr>
            {granted !== undefined && (
              <tr>
                <th scope="row">{w.granted}</th>
                <td className="number">{formatBytes(granted)}</td>
                <td className="number">{formatShare(granted, bytes.total)}</td>
                <td className="soft">{w.grantedNote}</td>
              </tr>
            )}
            {spared > 0 && (
              <tr>
                <th scope="row">
                  <span className="swatch memory-spared" /> Spared
                </th>
                <td className="number">{formatBytes(spared)}</td>
                <td />
                <td className="soft">activations that full tuning would keep besides</td>
              </tr>
            )}
          </tfoot>
        </table>
      </div>
    </figure>
  )
}
