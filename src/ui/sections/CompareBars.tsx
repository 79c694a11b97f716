// Quality, trainable parameters, bytes and seconds of the compared runs: a table whose cells have a bar.
import { say, useWords } from '../words/language.ts'
import { barOf, compareMeasures, type ComparedRun } from './compareMeasures.ts'

export function CompareBars({ runs }: { runs: readonly ComparedRun[] }) {
  const w = useWords().compare
  const measures = compareMeasures(runs)
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={say().runs.cameTo}>
      <table className="compare-bars">
        <thead>
          <tr>
            <th scope="col">{w.run}</th>
            {measures.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map(({ label, colour }, i) => (
            <tr key={label}>
              <th scope="row">
                <i className={`series-${colour}`} aria-hidden="true" /> {label}
              </th>
              {measures.map((measure) => {
                const value = measure.values[i]
                return (
                  <td key={measure.name}>
                    {value === undefined ? (
                      <span className="soft">–</span>
                    ) : (
                      <>
                        {measure.format(value)}
                        <svg className={`series-${colour}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                          <rect width="100" height="6" className="compare-track" />
                          <rect width={barOf(measure, value)} height="6" fill="currentColor" />
                        </svg>
                      </>
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
