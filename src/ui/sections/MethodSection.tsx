// Step 3: how it learns. All forms come from declarations; this file knows no option by name.
import { defaults } from '../../protocol/options.ts'
import { trainingOptions } from '../../protocol/training.ts'
import { useActions, useApp } from '../AppContext.ts'
import { evaluationOptions, seedOption } from '../recipeOptions.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { OptionForm } from '../parts/OptionForm.tsx'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { useWords } from '../words/language.ts'
import { EffortPicker } from './EffortPicker.tsx'
import { MethodList } from './MethodList.tsx'
import { MethodPicker } from './MethodPicker.tsx'
import { MethodSizeView } from './MethodSizeView.tsx'

const testOptions = { ...evaluationOptions, ...seedOption }

export function MethodSection() {
  const w = useWords()
  const failure = useApp((s) => s.methods.failure)
  const recipe = useApp((s) => s.recipe)
  const working = useApp((s) => s.working)
  const hasNoTest = useApp((s) => s.dataset.value?.testRows === 0)
  const { setTraining, setEvaluation, setSeed } = useActions()
  return (
    <Section
      id="method"
      hint={<Hint of="method" />}
      choose={
        <>
          {failure && <FailureNote failure={failure} />}
          <MethodPicker />
          <MethodSizeView />
          <MethodList />
        </>
      }
    >
      <h3>{w.efforts.title}</h3>
      <EffortPicker />
      <h3>{w.method.training}</h3>
      <OptionForm label="Training" specs={trainingOptions} values={recipe.training} disabled={working} onChange={setTraining} />
      <h3>{w.method.test}</h3>
      {hasNoTest && (
        <p className="small soft">{w.method.noTest}</p>
      )}
      <OptionForm
        label="Test"
        specs={testOptions}
        values={{ ...defaults(evaluationOptions), ...recipe.evaluation, seed: recipe.seed }}
        disabled={working}
        onChange={(name, value) => {
          if (name === 'seed') setSeed(Number(value))
          else setEvaluation({ [name]: value })
        }}
      />
    </Section>
  )
}
