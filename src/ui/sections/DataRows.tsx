// Every row of the open dataset: scrolled through, found by a text or a number, and each as the model reads it. Only the rows
// in sight are in the page, and only pages near them in memory, so that a million rows cost what twenty do.
import { useEffect, useRef, useState } from 'react'
import type { SeenRow } from '../../protocol/dataRows.ts'
import type { PreviewToken, Result } from '../../protocol/studio.ts'
import { useActions } from '../AppContext.ts'
import { formatCount } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { inSight, moved, scrollerHeight, scrollTopAt, type Extent, type Position } from '../parts/scrollWindow.ts'
import { TokenText } from '../parts/TokenText.tsx'
import { useWords } from '../words/language.ts'
import { useRowPages } from './useRowPages.ts'
import './DataRows.css'

const ROWS_IN_SIGHT = 10
const ROW_REM = 2
const TOP: Position = { top: 0, scrollTop: 0 }

export function DataRows({ rows }: { rows: number }) {
  const w = useWords().teach.rows
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(TOP)
  const [chosen, setChosen] = useState<SeenRow>()
  const box = useRef<HTMLDivElement>(null)
  const [rowHeight] = useState(() => ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize))
  const extentOf = (count: number): Extent => ({ rows: count, rowHeight, height: ROWS_IN_SIGHT * rowHeight })
  // Before a search has answered, the first page is asked for.
  const [known, setKnown] = useState(rows)
  const extent = extentOf(query === '' ? rows : known)
  const { first, count } = inSight(at, extent)
  const pages = useRowPages(rows, query, first, Math.max(1, count))
  if (pages.found !== undefined && pages.found !== known) setKnown(pages.found)
  const scrollTo = (top: number): void => {
    const next = moved(TOP, scrollTopAt(top, extent), extent)
    setAt({ top, scrollTop: next.scrollTop })
    box.current?.scrollTo({ top: next.scrollTop, behavior: 'instant' })
  }
  const find = (text: string): void => {
    setQuery(text)
    setKnown(rows)
    setAt(TOP)
    box.current?.scrollTo({ top: 0, behavior: 'instant' })
  }
  const onScroll = (scrollTop: number): void => setAt((was) => (was.scrollTop === scrollTop ? was : moved(was, scrollTop, extent)))
  return (
    <div className="stack">
      <div className="data-rows-tools">
        <label>
          {w.find}
          <input type="search" value={query} onChange={(e) => find(e.target.value)} />
        </label>
        <label>
          {w.go}
          <input
            className="data-rows-go"
            type="number"
            min={1}
            max={extent.rows}
            onChange={(e) => {
              const row = Math.round(e.target.valueAsNumber)
              if (row >= 1 && row <= extent.rows) scrollTo((row - 1) * rowHeight)
            }}
          />
        </label>
        <span className="small soft" role="status">
          {query !== '' && (pages.found === undefined ? w.looking : w.found(formatCount(pages.found)))}
        </span>
      </div>
      {pages.failure && <FailureNote failure={pages.failure} />}
      <div role="table" aria-label={w.list} aria-rowcount={extent.rows + 1} aria-colcount={3}>
        <div role="row" aria-rowindex={1} className="data-row data-rows-head">
          <span role="columnheader">{w.number}</span>
          <span role="columnheader">{w.asked}</span>
          <span role="columnheader">{w.answered}</span>
        </div>
        <div ref={box} className="data-rows-scroller" role="rowgroup" tabIndex={0} aria-label={w.list} onScroll={(e) => onScroll(e.currentTarget.scrollTop)}>
          <div role="presentation" style={{ height: scrollerHeight(extent) }} />
          <div role="presentation" className="data-rows-placed" style={{ top: at.scrollTop + first * rowHeight - at.top }}>
            {Array.from({ length: count }, (_, i) => (
              <RowLine key={first + i} index={first + i} row={pages.at(first + i)} isChosen={chosen !== undefined && pages.at(first + i)?.number === chosen.number} onChoose={setChosen} />
            ))}
          </div>
        </div>
      </div>
      {chosen ? <ReadRow key={chosen.number} row={chosen} /> : <p className="small soft">{w.hint}</p>}
    </div>
  )
}

interface LineProps {
  /** Among what is listed. */
  index: number
  /** Until it has come, its line is empty. */
  row: SeenRow | undefined
  isChosen: boolean
  onChoose: (row: SeenRow) => void
}

function RowLine({ index, row, isChosen, onChoose }: LineProps) {
  const w = useWords().teach.rows
  const number = row && formatCount(row.number + 1)
  return (
    <div role="row" aria-rowindex={index + 2} className="data-row" aria-current={isChosen || undefined}>
      <span role="cell">
        {row && number && (
          <button type="button" className="quiet" data-no-command aria-label={w.show(number)} onClick={() => onChoose(row)}>
            {number}
          </button>
        )}
      </span>
      <span role="cell">{row?.asked ?? '…'}</span>
      <span role="cell">{row?.answered}</span>
    </div>
  )
}

function ReadRow({ row }: { row: SeenRow }) {
  const w = useWords().teach.rows
  const { readRow } = useActions()
  const [found, setFound] = useState<Result<readonly PreviewToken[]>>()
  useEffect(() => {
    let isWanted = true
    void readRow(row.number).then((result) => isWanted && setFound(result))
    return () => void (isWanted = false)
  }, [readRow, row.number])
  return (
    <div className="stack" role="status">
      <h3>
        {w.show(formatCount(row.number + 1))} <span className="soft small">{w.line(formatCount(row.line))}</span>
      </h3>
      {found?.ok && (found.value.length > 0 ? <TokenText tokens={found.value} /> : <p className="small soft">{w.empty}</p>)}
      {found && !found.ok && <FailureNote failure={found.failure} />}
    </div>
  )
}
