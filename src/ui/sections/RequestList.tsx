// What was asked of any server, and what was sent: so that nobody has to take the promise at the top on trust.
import type { RequestRow } from '../../store/requestState.ts'
import { useApp } from '../AppContext.ts'
import { formatBytes, formatCount } from '../format.ts'
import { CopyButton } from '../parts/CopyButton.tsx'
import { useWords } from '../words/language.ts'

/** Addresses shown; the copy has all of them. */
const SHOWN = 200

export function RequestList() {
  const { sentBytes, count, rows } = useApp((s) => s.machine.requests)
  const w = useWords().requests
  return (
    <section className="stack" aria-labelledby="requests-title">
      <h3 id="requests-title" tabIndex={-1}>
        {w.title}
      </h3>
      <p className="machine-figure">{w.sent(formatBytes(sentBytes))}</p>
      <p className="small soft machine-about">{w.about}</p>
      <details>
        <summary>{w.list}</summary>
        <div className="stack">
          <div className="row">
            <span className="small">{w.summary(formatCount(count), formatCount(rows.length))}</span>
            <CopyButton text={listText(rows)} label={w.copy} />
          </div>
          <div className="scroll machine-verdicts" tabIndex={0} role="region" aria-label={w.list}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{w.address}</th>
                  <th scope="col">{w.by}</th>
                  <th scope="col" className="number">
                    {w.times}
                  </th>
                  <th scope="col" className="number">
                    {w.sentBytes}
                  </th>
                  <th scope="col" className="number">
                    {w.received}
                  </th>
                </tr>
              </thead>
              <tbody>
                {ordered(rows).slice(0, SHOWN).map((row) => (
                  <tr key={`${row.by} ${row.method} ${row.address}`}>
                    <th scope="row" className="request-address">
                      {row.method === 'GET' ? '' : `${row.method} `}
                      {shortened(row.address)}
                    </th>
                    <td>{w[row.by]}</td>
                    <td className="number">{formatCount(row.count)}</td>
                    <td className="number">{formatBytes(row.sentBytes)}</td>
                    <td className="number">{row.receivedBytes === undefined ? '–' : formatBytes(row.receivedBytes)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      </details>
    </section>
  )
}

/** What sent something first, then other sites, then this one. */
const ordered = (rows: readonly RequestRow[]): readonly RequestRow[] => {
  const rank = (r: RequestRow): number => (r.sentBytes > 0 ? 0 : isOwn(r.address) ? 2 : 1)
  return rows.toSorted((a, b) => rank(a) - rank(b))
}
const isOwn = (address: string): boolean => address.startsWith(`${location.origin}/`)
const shortened = (address: string): string => (isOwn(address) ? address.slice(location.origin.length) : address)

const listText = (rows: readonly RequestRow[]): string =>
  rows.map((r) => `${r.by}\t${r.method}\t${r.address}\t${r.count}\tsent ${r.sentBytes}\treceived ${r.receivedBytes ?? 'unknown'}`).join('\n')
