// One new adapter out of several: which, how strongly, and by which rule.
import { useState } from 'react'
import type { AdapterInfo, AdapterUse } from '../../protocol/adapters.ts'
import { readOptions } from '../../protocol/options.ts'
import { nameOf } from '../../store/adapterNames.ts'
import { toggled, weighted } from '../../store/adapterUses.ts'
import { useActions, useApp } from '../AppContext.ts'
import { combineDefaults, combineRequest, combineSpecs, type CombineValues } from '../combineOptions.ts'
import { DialogForm, FormDialog } from '../parts/FormDialog.tsx'
import { NumberField } from '../parts/NumberField.tsx'
import { OptionForm } from '../parts/OptionForm.tsx'
import { say, told } from '../words/language.ts'

export function CombineDialog({ adapters, disabled }: { adapters: readonly AdapterInfo[]; disabled: boolean }) {
  return (
    <FormDialog label={say().combine.open} title={say().combine.title} disabled={disabled}>
      <CombineForm adapters={adapters} />
    </FormDialog>
  )
}

function CombineForm({ adapters }: { adapters: readonly AdapterInfo[] }) {
  const active = useApp((s) => s.chosenUses)
  const { combineAdapters } = useActions()
  const [uses, setUses] = useState<readonly AdapterUse[]>(() => (active ?? []).filter((u) => adapters.some((a) => a.id === u.id)))
  const [values, setValues] = useState<CombineValues>(() => ({ ...combineDefaults, rank: Math.max(...adapters.map((a) => a.rank ?? 1)) }))
  const [typed, setTyped] = useState<string>()
  const all = useApp((s) => s.adapters.value)
  const name = typed ?? uses.map((u) => nameOf(all, u.id)).join(' + ')
  const specs = combineSpecs(values.type)
  const { problems } = readOptions(specs, Object.fromEntries(Object.keys(specs).map((k) => [k, values[k as keyof CombineValues]])))
  const problem =
    uses.length < 2
      ? say().combine.fewest
      : uses.some((u) => !Number.isFinite(u.weight))
        ? say().combine.weights
        : name.trim() === ''
          ? say().forms.nameMissing
          : problems.map(told).join(' ')
  return (
    <DialogForm
      submit={say().combine.submit}
      doing={say().combine.doing}
      problem={problem}
      onSubmit={() => combineAdapters(combineRequest(name.trim(), uses, values))}
    >
      <fieldset>
        <legend className="option-label">{say().combine.legend}</legend>
        <ul className="combine-list">
          {adapters.map((adapter) => (
            <Part key={adapter.id} {...{ adapter, uses, setUses }} />
          ))}
        </ul>
      </fieldset>
      <OptionForm
        label="How to combine"
        specs={specs}
        values={values}
        onChange={(option, value) => setValues({ ...values, [option]: value })}
      />
      <div>
        <label className="option-label" htmlFor="combined-name">
          {say().forms.name}
        </label>
        <input id="combined-name" type="text" value={name} onChange={(e) => setTyped(e.target.value)} />
      </div>
    </DialogForm>
  )
}

interface PartProps {
  adapter: AdapterInfo
  uses: readonly AdapterUse[]
  setUses: (uses: readonly AdapterUse[]) => void
}

function Part({ adapter, uses, setUses }: PartProps) {
  const name = useApp((s) => nameOf(s.adapters.value, adapter.id))
  const use = uses.find((u) => u.id === adapter.id)
  return (
    <li>
      <label className="option-check">
        <input type="checkbox" checked={use !== undefined} onChange={() => setUses(toggled(uses, adapter.id))} />
        {name} {adapter.rank !== undefined && <span className="option-unit">{say().combine.rank(adapter.rank)}</span>}
      </label>
      <NumberField
        aria-label={say().judge.adapters.weight(name)}
        disabled={use === undefined}
        value={use?.weight ?? 1}
        onChange={(weight) => setUses(weighted(uses, adapter.id, weight))}
      />
    </li>
  )
}
