// Step 1: the base model.
import type { BaseInfo } from '../../protocol/studio.ts'
import { defaultRecipe } from '../../protocol/recipe.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatShort } from '../format.ts'
import { Explain } from '../explain/Explain.tsx'
import { Facts } from '../parts/Facts.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { FilePicker } from '../parts/FilePicker.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { say, useWords } from '../words/language.ts'
import { BaseStorage } from './BaseStorage.tsx'
import { KeepModel } from './KeepModel.tsx'
import { ModelFromHub } from './ModelFromHub.tsx'
import { StoredModels } from './StoredModels.tsx'

const BUILTIN = defaultRecipe().base.id

export function ModelSection() {
  const w = useWords().model
  const base = useApp((s) => s.base)
  const isBuiltin = useApp((s) => s.recipe.base.source === 'builtin')
  const working = useApp((s) => s.working)
  const { openBuiltin, takeFiles } = useActions()
  const { progress, value, failure, busy } = base
  return (
    <Section
      id="model"
      hint={<Hint of="model" />}
      choose={
        <>
          <div className="row">
            <button
              type="button"
              aria-pressed={isBuiltin && Boolean(value ?? busy)}
              disabled={working || busy}
              onClick={() => void openBuiltin(BUILTIN)}
            >
              {w.starter}
            </button>
            <FilePicker label={w.folder} folder disabled={working} onPick={(files) => void takeFiles(files)} />
            <FilePicker label={w.gguf} accept=".gguf" disabled={working} onPick={(files) => void takeFiles(files)} />
          </div>
          <p className="small soft">
            {w.drop} <Explain of="files" />
          </p>
          <ModelFromHub />
          <StoredModels />
        </>
      }
    >
      {busy && (
        <ProgressBar
          label={w.opening}
          done={progress?.done}
          total={progress?.total}
          text={progress ? say().numbers.of(formatBytes(progress.done), formatBytes(progress.total)) : undefined}
        />
      )}
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" onClick={() => void openBuiltin(BUILTIN)}>
            {w.openStarter}
          </button>
        </FailureNote>
      )}
      {value && <BaseFacts base={value} />}
      {value && <KeepModel base={value} />}
      {value && <BaseStorage />}
      {!value && !busy && !failure && <p className="soft">{w.none}</p>}
    </Section>
  )
}

function BaseFacts({ base }: { base: BaseInfo }) {
  const w = useWords().model
  return (
    <>
      <h3 className="model-title">
        {base.title}{' '}
        <span className="soft">
          {base.modelType}, {base.chat ? w.chat : w.noChat}
        </span>
      </h3>
      <Facts
        big
        facts={[
          { name: w.parameters, value: formatShort(base.parameters) },
          { name: w.size, value: formatBytes(base.bytes) },
          { name: w.context, value: formatCount(base.contextLength), remark: w.tokens },
          { name: w.vocabulary, value: formatCount(base.vocabulary), remark: w.tokens },
        ]}
      />
    </>
  )
}
