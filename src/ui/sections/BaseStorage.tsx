// How the open model's frozen weights are kept on the GPU.
import { baseOptions } from '../../protocol/baseOptions.ts'
import { defaults } from '../../protocol/options.ts'
import { isAnswering } from '../../store/appState.ts'
import { useActions, useApp } from '../AppContext.ts'
import { OptionForm } from '../parts/OptionForm.tsx'

const { bnb_4bit_use_double_quant: _ofNf4, ...others } = baseOptions

export function BaseStorage() {
  const base = useApp((s) => s.recipe.base)
  const busy = useApp((s) => s.working || isAnswering(s))
  const { setBaseOption } = useActions()
  const specs = base.quantization === 'nf4' ? baseOptions : others
  return <OptionForm label="Frozen weights on the GPU" specs={specs} values={{ ...defaults(baseOptions), ...base }} disabled={busy} onChange={setBaseOption} />
}
