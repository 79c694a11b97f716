// Which adapters the tuned answer comes from, and how strongly each. It may be changed while an answer is written.
import type { AdapterInfo } from '../../protocol/adapters.ts'
import { nameOf } from '../../store/adapterNames.ts'
import { activeUses } from '../../store/adapterUses.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatCount, formatSmall } from '../format.ts'
import { useWords } from '../words/language.ts'

/** More are one click away, in the table of adapters. */
const SHOWN = 6
const STRONGEST = 2

export function ActiveAdapters() {
  const words = useWords().judge.adapters
  const adapters = useApp((s) => s.adapters.value)
  const uses = useApp(activeUses)
  const fitting = (adapters ?? []).filter((a) => a.misfit === undefined)
  const isActive = (a: AdapterInfo): boolean => uses.some((use) => use.id === a.id)
  // The newest, and all that answer.
  const shown = fitting.filter((a, i) => i < SHOWN || isActive(a))
  if (fitting.length === 0) return null
  return (
    <fieldset>
      <legend className="option-label">{words.legend}</legend>
      <ul className="active-list">
        {shown.map((adapter) => (
          <ActiveAdapter key={adapter.id} adapter={adapter} />
        ))}
      </ul>
      {fitting.length > shown.length && (
        <a className="small" href="#adapters">
          {words.more(formatCount(fitting.length - shown.length))}
        </a>
      )}
    </fieldset>
  )
}

function ActiveAdapter({ adapter }: { adapter: AdapterInfo }) {
  const weight = useApp((s) => activeUses(s).find((use) => use.id === adapter.id)?.weight)
  const name = useApp((s) => nameOf(s.adapters.value, adapter.id))
  const words = useWords().judge.adapters
  const { toggleUse, setWeight } = useActions()
  return (
    <li>
      <label className="option-check">
        <input type="checkbox" checked={weight !== undefined} onChange={() => toggleUse(adapter.id)} />
        {name}
      </label>
      {weight !== undefined && adapter.mixable && (
        <>
          <input
            type="range"
            min={0}
            max={STRONGEST}
            step={0.05}
            value={weight}
            aria-label={words.weight(name)}
            onChange={(e) => setWeight(adapter.id, Number(e.target.value))}
          />
          <output>{formatSmall(weight)}</output>
        </>
      )}
    </li>
  )
}
