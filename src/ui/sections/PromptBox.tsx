// A prompt for both models, with the sampling knobs.
import { readOptions } from '../../protocol/options.ts'
import { activeUses } from '../../store/adapterUses.ts'
import { isAnswering } from '../../store/appState.ts'
import { isMoving } from '../../store/runFigures.ts'
import { examplePrompt } from '../examplePrompt.ts'
import { useActions, useApp } from '../AppContext.ts'
import { samplingOptions } from '../recipeOptions.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { OptionForm } from '../parts/OptionForm.tsx'
import { useWords } from '../words/language.ts'
import { ActiveAdapters } from './ActiveAdapters.tsx'

export function PromptBox() {
  const typed = useApp((s) => s.prompt)
  const example = useApp(examplePrompt)
  const sampling = useApp((s) => s.sampling)
  // Nothing trains then, but onnxruntime answers.
  const isWithoutGpu = useApp((s) => s.device.failure?.code === 'no-webgpu')
  const isOpen = useApp((s) => s.base.value !== undefined && (s.device.failure === undefined || isWithoutGpu))
  const isBusy = useApp((s) => s.working && isMoving(s.run.phase))
  const answering = useApp(isAnswering)
  const hasTuned = useApp((s) => activeUses(s).length > 0)
  const readsPairs = useApp((s) => activeUses(s).some(({ id }) => s.runs.value?.some((run) => run.id === id && run.recipe.pairs)))
  const { ask, stopAsking, setSampling, setPrompt } = useActions()
  const words = useWords().judge.prompt
  const prompt = typed ?? example
  const isWrong = readOptions(samplingOptions, { ...sampling }).problems.length > 0
  return (
    <div className="stack">
      <label className="option-label" htmlFor="prompt">
        {words.label}
      </label>
      <textarea
        id="prompt"
        rows={3}
        value={prompt}
        placeholder={words.placeholder}
        onChange={(e) => setPrompt(e.target.value)}
      />
      {readsPairs && <p className="small soft">{words.pairs}</p>}
      <div className="row">
        <ActionButton
          blocked={!isOpen || isBusy || answering || isWrong || prompt.trim() === ''}
          onAct={() => void ask(prompt)}
        >
          {hasTuned ? words.askBoth : words.askBase}
        </ActionButton>
        {answering && (
          <button type="button" onClick={() => void stopAsking()}>
            {words.stop}
          </button>
        )}
        {isBusy && <span className="small soft">{words.training}</span>}
        {isWithoutGpu && <span className="small soft">{words.onCpu}</span>}
        {!isBusy && !hasTuned && <span className="small soft">{words.alone}</span>}
      </div>
      <ActiveAdapters />
      <details>
        <summary>{words.sampling}</summary>
        <OptionForm
          label="Sampling"
          specs={samplingOptions}
          values={{ ...sampling }}
          onChange={(name, value) => typeof value === 'number' && setSampling({ [name]: value })}
        />
      </details>
    </div>
  )
}
