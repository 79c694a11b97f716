// A LoRA at a lower rank, as a new adapter; the loss of both is measured where data is open.
import { useState } from 'react'
import type { AdapterInfo } from '../../protocol/adapters.ts'
import type { NumberOption } from '../../protocol/options.ts'
import { checkOption } from '../../protocol/options.ts'
import { useActions, useApp } from '../AppContext.ts'
import { DialogForm, FormDialog } from '../parts/FormDialog.tsx'
import { OptionField } from '../parts/OptionField.tsx'

export function CompressDialog({ adapter, disabled }: { adapter: AdapterInfo; disabled: boolean }) {
  return (
    <FormDialog
      label="Compress"
      name={`Compress ${adapter.name}`}
      className="quiet"
      title={`Compress “${adapter.name}”`}
      disabled={disabled}
    >
      <CompressForm adapter={adapter} />
    </FormDialog>
  )
}

function CompressForm({ adapter }: { adapter: AdapterInfo }) {
  const hasData = useApp((s) => s.dataset.value !== undefined)
  const { compressAdapter } = useActions()
  const highest = Math.max(1, (adapter.rank ?? 2) - 1)
  const [rank, setRank] = useState(Math.max(1, Math.floor((adapter.rank ?? 2) / 2)))
  const [typed, setTyped] = useState<string>()
  const name = typed ?? `${adapter.name} at rank ${Number.isFinite(rank) ? rank : '?'}`
  const spec: NumberOption = {
    kind: 'number',
    default: highest,
    min: 1,
    max: highest,
    integer: true,
    label: 'Rank',
    unit: `of ${adapter.rank ?? '?'}`,
    help: 'The singular vectors that are kept of every update; fewer are smaller and lose more.',
  }
  const wrong = checkOption('Rank', spec, rank)
  return (
    <DialogForm
      submit="Compress"
      doing={hasData ? 'Compressing and measuring…' : 'Compressing…'}
      problem={wrong === undefined ? (name.trim() === '' ? 'Give the result a name.' : '') : 'The rank must be corrected first.'}
      onSubmit={() => compressAdapter(adapter.id, rank, name.trim())}
    >
      <p className="small soft">
        {hasData
          ? 'The loss before and after is measured on the validation rows of the open data.'
          : 'Open its data first to have the loss before and after measured.'}
      </p>
      <OptionField name="rank" spec={spec} value={rank} onChange={(value) => typeof value === 'number' && setRank(value)} />
      <div>
        <label className="option-label" htmlFor="compressed-name">
          Name
        </label>
        <input id="compressed-name" type="text" value={name} onChange={(e) => setTyped(e.target.value)} />
      </div>
    </DialogForm>
  )
}
