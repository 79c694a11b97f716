// Step 1: the base model.
import type { BaseInfo } from '../../protocol/studio.ts'
import { defaultRecipe } from '../../protocol/recipe.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatShort } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { FilePicker } from '../parts/FilePicker.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { BaseStorage } from './BaseStorage.tsx'
import { ModelFromHub } from './ModelFromHub.tsx'
import { StoredModels } from './StoredModels.tsx'

const BUILTIN = defaultRecipe().base.id

export function ModelSection() {
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
              Built-in starter
            </button>
            <FilePicker label="Open a model folder…" folder disabled={working} onPick={(files) => void takeFiles(files)} />
            <FilePicker label="Open a GGUF file…" accept=".gguf" disabled={working} onPick={(files) => void takeFiles(files)} />
          </div>
          <p className="small soft">
            Or drop one anywhere: a Hugging Face folder (config.json, tokenizer.json and the .safetensors files), or a GGUF file in F16, BF16,
            Q8_0, Q4_0, Q4_K or Q6_K, which stays as small on the GPU as in the file.
          </p>
          <ModelFromHub />
          <StoredModels />
        </>
      }
    >
      {busy && (
        <ProgressBar
          label="Opening the model"
          done={progress?.done}
          total={progress?.total}
          text={progress ? `${formatBytes(progress.done)} of ${formatBytes(progress.total)}` : undefined}
        />
      )}
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" onClick={() => void openBuiltin(BUILTIN)}>
            Open the built-in starter
          </button>
        </FailureNote>
      )}
      {value && <BaseFacts base={value} />}
      {value && <BaseStorage />}
      {!value && !busy && !failure && <p className="soft">No model is open. Take the built-in starter, or drop a folder.</p>}
    </Section>
  )
}

function BaseFacts({ base }: { base: BaseInfo }) {
  return (
    <>
      <h3 className="model-title">
        {base.title}{' '}
        <span className="soft">
          {base.modelType}, {base.chat ? 'with a chat template' : 'no chat template'}
        </span>
      </h3>
      <Facts
        big
        facts={[
          { name: 'Parameters', value: formatShort(base.parameters) },
          { name: 'Size', value: formatBytes(base.bytes) },
          { name: 'Context', value: formatCount(base.contextLength), remark: 'tokens' },
          { name: 'Vocabulary', value: formatCount(base.vocabulary), remark: 'tokens' },
        ]}
      />
    </>
  )
}
