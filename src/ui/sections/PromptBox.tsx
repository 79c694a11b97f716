// A prompt for both models, with the sampling knobs.
import { useState } from 'react'
import { checkOption } from '../../protocol/options.ts'
import { isMoving } from '../../store/runFigures.ts'
import { judgedRunId } from '../judgedRun.ts'
import { useActions, useApp } from '../AppContext.ts'
import { samplingOptions } from '../recipeOptions.ts'
import { OptionForm } from '../parts/OptionForm.tsx'

export function PromptBox() {
  const [typed, setTyped] = useState<string>()
  const example = useApp(
    (s) => s.run.after?.answers[0]?.prompt ?? s.run.before?.answers[0]?.prompt ?? s.dataset.value?.head[0]?.['prompt'],
  )
  const sampling = useApp((s) => s.sampling)
  const isOpen = useApp((s) => s.base.value !== undefined && s.device.failure === undefined)
  const isBusy = useApp((s) => s.working && isMoving(s.run.phase))
  const isAnswering = useApp((s) => Boolean(s.asked?.base?.busy || s.asked?.tuned?.busy))
  const runId = useApp(judgedRunId)
  const { ask, stopAsking, setSampling } = useActions()
  const prompt = typed ?? example ?? ''
  const isWrong = Object.entries(samplingOptions).some(([name, spec]) =>
    checkOption(name, spec, Object.entries(sampling).find(([n]) => n === name)?.[1]),
  )
  return (
    <form
      className="stack"
      onSubmit={(e) => {
        e.preventDefault()
        void ask(prompt, runId)
      }}
    >
      <label className="option-label" htmlFor="prompt">
        Prompt
      </label>
      <textarea
        id="prompt"
        rows={3}
        value={prompt}
        placeholder="Ask both models the same"
        onChange={(e) => setTyped(e.target.value)}
      />
      <div className="row">
        <button type="submit" disabled={!isOpen || isBusy || isAnswering || isWrong || prompt.trim() === ''}>
          {runId === undefined ? 'Ask the base model' : 'Ask both models'}
        </button>
        {isAnswering && (
          <button type="button" onClick={() => void stopAsking()}>
            Stop answering
          </button>
        )}
        {isBusy && <span className="small soft">The GPU is training: pause the run to ask.</span>}
        {!isBusy && runId === undefined && <span className="small soft">After training, the tuned model answers beside it.</span>}
      </div>
      <details>
        <summary>Sampling</summary>
        <OptionForm
          label="Sampling"
          specs={samplingOptions}
          values={{ ...sampling }}
          onChange={(name, value) => typeof value === 'number' && setSampling({ [name]: value })}
        />
      </details>
    </form>
  )
}
