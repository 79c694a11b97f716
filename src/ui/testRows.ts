// The scripted Studio's rows: as many as a script wants, by formula.
import type { RowPage, RowShelf } from '../protocol/dataRows.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { testDataset } from './testFixtures.ts'

/** Every row holds its number, so that a text finds one row, or those whose numbers hold it. */
export function testRows(count: number, wait: () => Promise<void>): RowShelf {
  const row = (number: number) => ({ number, line: number + 1, asked: `Say it like a pirate: row ${number + 1}.`, answered: `Arr, row ${number + 1}!` })
  return {
    async dataRows(from, most, query) {
      await wait()
      const wanted = query.trim().toLowerCase()
      const page = (numbers: readonly number[], found: number): RowPage => ({ rows: numbers.map(row), found })
      if (wanted === '') return { ok: true, value: page(Array.from({ length: Math.max(0, Math.min(most, count - from)) }, (_, i) => from + i), count) }
      const numbers = Array.from({ length: Math.min(count, 2000) }, (_, i) => i).filter((i) => JSON.stringify(row(i)).toLowerCase().includes(wanted))
      return { ok: true, value: page(numbers.slice(from, from + most), numbers.length) }
    },
    async dataRow(number, recipe: Recipe) {
      await wait()
      return { ok: true, value: testDataset('', recipe).examples[number % 3]! }
    },
  }
}
