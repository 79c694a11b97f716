// A LoRA at a lower rank, as a new adapter; the loss of both is measured where data is open.
import { useState } from 'react'
import type { AdapterInfo } from '../../protocol/adapters.ts'
import type { NumberOption } from '../../protocol/options.ts'
import { checkOption } from '../../protocol/options.ts'
import { useActions, useApp } from '../AppContext.ts'
import { DialogForm, OpenDialog } from '../parts/FormDialog.tsx'
import { OptionField } from '../parts/OptionField.tsx'
import { say } from '../words/language.ts'

export function CompressDialog({ adapter, onClose }: { adapter: AdapterInfo; onClose: () => void }) {
  return (
    <OpenDialog title={say().compress.title(adapter.name)} onClose={onClose}>
      <CompressForm adapter={adapter} />
    </OpenDialog>
  )
}

function CompressForm({ adapter }: { adapter: AdapterInfo }) {
  const hasData = useApp((s) => s.dataset.value !== undefined)
  const { compressAdapter } = useActions()
  const highest = Math.max(1, (adapter.rank ?? 2) - 1)
  const [rank, setRank] = useState(Math.max(1, Math.floor((adapter.rank ?? 2) / 2)))
  const [typed, setTyped] = useState<string>()
  const name = typed ?? say().compress.result(adapter.name, Number.isFinite(rank) ? String(rank) : '?')
  const spec: NumberOption = {
    kind: 'number',
    default: highest,
    min: 1,
    max: highest,
    integer: true,
    label: say().compress.rank,
    unit: say().compress.ofRank(String(adapter.rank ?? '?')),
    help: say().compress.help,
  }
  const wrong = checkOption(say().compress.rank, spec, rank)
  return (
    <DialogForm
      submit={say().compress.open}
      doing={hasData ? say().compress.measuring : say().compress.doing}
      problem={wrong === undefined ? (name.trim() === '' ? say().forms.nameMissing : '') : say().compress.wrongRank}
      onSubmit={() => compressAdapter(adapter.id, rank, name.trim())}
    >
      <p className="small soft">
        {hasData
          ? say().compress.measured
          : say().compress.unmeasured}
      </p>
      <OptionField name="rank" spec={spec} value={rank} onChange={(value) => typeof value === 'number' && setRank(value)} />
      <div>
        <label className="option-label" htmlFor="compressed-name">
          {say().forms.name}
        </label>
        <input id="compressed-name" type="text" value={name} onChange={(e) => setTyped(e.target.value)} />
      </div>
    </DialogForm>
  )
}
