// What the dropped file is: its format and size, how the model reads it, its first rows, and its problem rows.
import type { DatasetInfo } from '../../protocol/studio.ts'
import { formatBytes, formatCount, formatOf, formatShare } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { TokenLegend, TokenText } from '../parts/TokenText.tsx'
import { ProblemRows } from './ProblemRows.tsx'
import { AllRows } from './AllRows.tsx'
import { RowTable } from './RowTable.tsx'
import { say, told } from '../words/language.ts'

/** Enough to see the pattern without pushing the next step off the screen. */
const SHOWN = 3
const SHOWN_IN_FILE = 5

export function DatasetView({ dataset }: { dataset: DatasetInfo }) {
  const { trainedTokens, totalTokens, truncated } = dataset
  return (
    <>
      <p className="small">
        <strong>{dataset.name}</strong>: {told(dataset.format)}, {formatOf(dataset.rows, 'row')}
        {dataset.testRows > 0 && say().rows.and(formatOf(dataset.testRows, 'testRow'))}, {formatBytes(dataset.bytes)}
      </p>
      <Facts
        facts={[
          {
            name: say().rows.trainedTokens,
            term: 'tokens',
            value: formatCount(trainedTokens),
            remark: say().rows.ofTokens(formatCount(totalTokens), formatShare(trainedTokens, totalTokens)),
          },
          { name: say().rows.longest, value: formatOf(dataset.longest, 'token') },
          {
            name: say().rows.cutRows,
            value: formatCount(truncated),
            warn: truncated > 0,
            ...(truncated > 0 ? { remark: say().rows.keepWhole } : {}),
          },
        ]}
      />
      {dataset.problemCount > 0 && <ProblemRows problems={dataset.problems} count={dataset.problemCount} />}
      <div className="row">
        <h3>{say().rows.asRead}</h3>
        <TokenLegend />
      </div>
      {dataset.examples.slice(0, SHOWN).map((tokens, i) => (
        <TokenText key={i} tokens={tokens} />
      ))}
      {dataset.examples.length > SHOWN && (
        <details>
          <summary>{formatOf(dataset.examples.length - SHOWN, 'moreRow')}</summary>
          <div className="stack">
            {dataset.examples.slice(SHOWN).map((tokens, i) => (
              <TokenText key={i} tokens={tokens} />
            ))}
          </div>
        </details>
      )}
      <h3>{say().rows.asInFile}</h3>
      <RowTable rows={dataset.head.slice(0, SHOWN_IN_FILE)} />
      <AllRows key={`${dataset.name}/${dataset.rows}`} rows={dataset.rows} />
    </>
  )
}
