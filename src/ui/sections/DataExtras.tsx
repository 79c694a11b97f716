// What is less often said of the data: a file of held-out rows, the system prompt of training, where long rows are cut.
import { useActions, useApp } from '../AppContext.ts'
import { FilePicker } from '../parts/FilePicker.tsx'
import { OptionForm } from '../parts/OptionForm.tsx'
import { shapingOptions } from '../recipeOptions.ts'
import { say } from '../words/language.ts'

export function DataExtras({ accept }: { accept: string }) {
  const data = useApp((s) => s.recipe.data)
  const seed = useApp((s) => s.recipe.seed)
  const isOpen = useApp((s) => s.dataset.value !== undefined)
  const working = useApp((s) => s.working)
  const { setData, setValidationFile } = useActions()
  return (
    <>
      {isOpen && data.source === 'file' && !data.tasks && (
        <div className="row">
          <FilePicker
            label={data.validationFile === undefined ? say().rows.holdOutFile : say().rows.holdOutAnother}
            accept={accept}
            disabled={working}
            onPick={([file]) => file && void setValidationFile(file)}
          />
          {data.validationFile === undefined ? (
            <span className="small soft">{say().rows.insteadOfShare}</span>
          ) : (
            <button type="button" disabled={working} onClick={() => void setValidationFile()}>{say().rows.holdOutShare}</button>
          )}
        </div>
      )}
      <OptionForm
        label="Rows"
        specs={shapingOptions}
        values={{ systemPrompt: data.systemPrompt ?? '', cut: data.cut ?? 'end', splitSeed: data.splitSeed ?? seed }}
        disabled={working}
        onChange={(name, value) => {
          if (name === 'systemPrompt' && typeof value === 'string') setData(value === '' ? {} : { systemPrompt: value }, ['systemPrompt'])
          if (name === 'cut') setData(value === 'start' ? { cut: 'start' } : {}, ['cut'])
          if (name === 'splitSeed' && typeof value === 'number') setData({ splitSeed: value })
        }}
      />
    </>
  )
}
