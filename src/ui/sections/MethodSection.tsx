// Step 3: how it learns. Both forms come from declarations; this file knows no option by name.
import { trainingOptions } from '../../protocol/training.ts'
import { chosenMethod, methodOptions } from '../../store/recipeEdits.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatOf } from '../format.ts'
import { evaluationOptions, seedOption } from '../recipeOptions.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { OptionForm } from '../parts/OptionForm.tsx'
import { Section } from '../parts/Section.tsx'
import { MethodPicker } from './MethodPicker.tsx'

const testOptions = { ...evaluationOptions, ...seedOption }

export function MethodSection() {
  const methods = useApp((s) => s.methods)
  const recipe = useApp((s) => s.recipe)
  const layers = useApp((s) => s.base.value?.linearLayers)
  const working = useApp((s) => s.working)
  const hasNoTest = useApp((s) => s.dataset.value?.testRows === 0)
  const { setTraining, setMethodOption, setEvaluation, setSeed } = useActions()
  const method = chosenMethod(recipe, methods.value ?? [])
  const others = recipe.methods.length - 1
  return (
    <Section
      id="method"
      hint="How it learns."
      choose={
        <>
          {methods.failure && <FailureNote failure={methods.failure} />}
          <MethodPicker />
          {method && (
            <OptionForm
              label={method.label}
              specs={method.options}
              values={methodOptions(recipe, method)}
              disabled={working}
              onChange={setMethodOption}
              {...(layers ? { suggestions: layers } : {})}
            />
          )}
          {others > 0 && (
            <p className="small soft">The opened recipe adds {formatOf(others, 'further method')}, kept as it is.</p>
          )}
        </>
      }
    >
      <h3>Training</h3>
      <OptionForm label="Training" specs={trainingOptions} values={recipe.training} disabled={working} onChange={setTraining} />
      <h3>Test</h3>
      {hasNoTest && (
        <p className="small soft">This data has no test rows, so no score will be made; add a test file under Data.</p>
      )}
      <OptionForm
        label="Test"
        specs={testOptions}
        values={{ ...recipe.evaluation, seed: recipe.seed }}
        disabled={working}
        onChange={(name, value) => {
          if (typeof value !== 'number') return
          if (name === 'seed') setSeed(value)
          else setEvaluation({ [name]: value })
        }}
      />
    </Section>
  )
}
