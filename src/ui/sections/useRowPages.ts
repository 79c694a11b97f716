// Pages of rows, asked for when they come into sight and kept while they are near it.
import { useEffect, useRef, useState } from 'react'
import type { SeenRow } from '../../protocol/dataRows.ts'
import type { Failure } from '../../protocol/failure.ts'
import { useActions } from '../AppContext.ts'

const PAGE_ROWS = 100
/** Kept at once: what a person can have scrolled past just now. */
const MOST_PAGES = 12

interface Held {
  readonly query: string
  /** Rows that hold it; undefined until that is known. */
  readonly found?: number
  readonly pages: ReadonlyMap<number, readonly SeenRow[]>
  readonly failure?: Failure
}

/** @param rows how many there are without a query */
export function useRowPages(rows: number, query: string, first: number, count: number) {
  const { readRows } = useActions()
  const nothing: Held = { query, pages: new Map(), ...(query === '' && { found: rows }) }
  const [kept, setHeld] = useState(nothing)
  const held = kept.query === query ? kept : nothing
  const asking = useRef({ query, pages: new Set<number>() })
  const from = Math.floor(first / PAGE_ROWS)
  const to = Math.floor(Math.max(first, first + count - 1) / PAGE_ROWS)
  useEffect(() => {
    if (asking.current.query !== query) asking.current = { query, pages: new Set() }
    const mine = asking.current
    for (let page = from; page <= to; page++) {
      if (mine.pages.has(page)) continue
      mine.pages.add(page)
      void readRows(page * PAGE_ROWS, PAGE_ROWS, query).then((result) => {
        if (asking.current !== mine) return
        setHeld((was) => {
          const before = was.query === query ? was : { query, pages: new Map<number, readonly SeenRow[]>() }
          if (!result.ok) return { ...before, failure: result.failure }
          const pages = new Map(before.pages).set(page, result.value.rows)
          for (const [old] of pages) {
            if (pages.size <= MOST_PAGES) break
            pages.delete(old)
            mine.pages.delete(old)
          }
          return { query, found: result.value.found, pages }
        })
      })
    }
  }, [readRows, query, from, to])
  return {
    found: held.found,
    failure: held.failure,
    at: (index: number): SeenRow | undefined => held.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS],
  }
}
