// Planned bytes by class: one stacked bar, and the same numbers as a table beside it. What the method spares of full
// tuning's activations stands behind the bar as an outline, and under the table's total.
import type { Bytes } from '../../protocol/event.ts'
import { useWords } from '../words/language.ts'
import { formatBytes, formatShare } from '../format.ts'
import './MemoryBar.css'

const classes = ['weights', 'activations', 'workspace', 'trainable'] as const satisfies readonly (keyof Bytes)[]

/**
 * @param granted what the device gave of it in a trial, where there was one
 * @param name of this one, where another may stand on the page
 */
export function MemoryBar({ bytes, spared = 0, granted, name }: { bytes: Bytes; spared?: number; granted?: number; name?: string }) {
  const { room: w, memory: m } = useWords()
  const present = classes.filter((key) => bytes[key] > 0)
  return (
    <figure className="memory">
      <div className="memory-bar" aria-hidden="true">
        {present.map((key) => (
          <span key={key} className={`class-${key}`} style={{ flexGrow: bytes[key] }} />
        ))}
        {spared > 0 && <span className="memory-spared" style={{ flexGrow: spared }} />}
        {granted !== undefined && granted < bytes.total && <i className="memory-cut" title={w.cut} style={{ left: `${(100 * granted) / (bytes.total + spared)}%` }} />}
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label={name ?? m.caption}>
        <table>
          <caption className="unseen">{m.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{m.title}</th>
              <th scope="col" className="number">
                {m.bytes}
              </th>
              <th scope="col" className="number">
                {m.share}
              </th>
              <th scope="col">{m.holds}</th>
            </tr>
          </thead>
          <tbody>
            {present.map((key) => (
              <tr key={key}>
                <th scope="row">
                  <span className={`swatch class-${key}`} /> {m[key]}
                </th>
                <td className="number">{formatBytes(bytes[key])}</td>
                <td className="number">{formatShare(bytes[key], bytes.total)}</td>
                <td className="soft">{m[`${key}Note`]}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{m.total}</th>
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
                  <span className="swatch memory-spared" /> {m.spared}
                </th>
                <td className="number">{formatBytes(spared)}</td>
                <td />
                <td className="soft">{m.sparedNote}</td>
              </tr>
            )}
          </tfoot>
        </table>
      </div>
    </figure>
  )
}
