// Step 2: the dataset, and how the model will read it.
import { useActions, useApp } from '../AppContext.ts'
import { AS_MADE, dataOptions } from '../recipeOptions.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { FilePicker } from '../parts/FilePicker.tsx'
import { OptionForm } from '../parts/OptionForm.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { DataExtras } from './DataExtras.tsx'
import { DataFindings } from './DataFindings.tsx'
import { DataMapping } from './DataMapping.tsx'
import { DatasetView } from './DatasetView.tsx'
import { SampleList } from './SampleList.tsx'
import { TaskList } from './TaskList.tsx'

const DATA_FILES = '.jsonl,.ndjson,.json,.csv,.tsv,.parquet,.txt,.md,.conll,.conllu,.bio,.iob,.iob2,.bioes,.zip,.gz'

export function DataSection() {
  const { value, busy, failure } = useApp((s) => s.dataset)
  const data = useApp((s) => s.recipe.data)
  const task = useApp((s) => s.recipe.task)
  const working = useApp((s) => s.working)
  const { takeFiles, addTestFile, setData, setTask } = useActions()
  return (
    <Section
      id="data"
      hint={<Hint of="data" />}
      choose={
        <>
          <SampleList />
          <div className="row">
            <FilePicker label="Open a file…" accept={DATA_FILES} disabled={working} onPick={(files) => void takeFiles(files)} />
            <span className="small soft">or drop it anywhere: .jsonl, .json, .csv, .tsv, .parquet, .txt, .md, .conll, or a .zip or .gz of them</span>
          </div>
          {value && data.source === 'file' && (
            <div className="row">
              <FilePicker
                label={value.testRows > 0 ? 'Change the test file…' : 'Add a test file…'}
                accept={DATA_FILES}
                disabled={working}
                onPick={([file]) => file && void addTestFile(file)}
              />
              <span className="small soft">its rows are answered before and after training</span>
            </div>
          )}
          <TaskList />
          <OptionForm
            label="Data"
            specs={dataOptions}
            values={{ ...data, task: task ?? AS_MADE }}
            disabled={working}
            onChange={(name, next) => {
              if (name === 'task') setTask(next === 'CAUSAL_LM' || next === 'SEQ_CLS' || next === 'TOKEN_CLS' ? next : undefined)
              if (name === 'trainOn' && (next === 'completions' || next === 'everything')) setData({ trainOn: next })
              if (name === 'validation' && typeof next === 'number') setData({ validation: next })
            }}
          />
          <DataExtras accept={DATA_FILES} />
        </>
      }
    >
      {busy && <ProgressBar label={value ? 'Reading the data again' : 'Reading the data'} />}
      {failure && <FailureNote failure={failure} />}
      {value && !value.tasks && <DataMapping dataset={value} key={data.id} />}
      {value && !value.isUnmapped && <DatasetView dataset={value} />}
      {value && !value.tasks && <DataFindings dataset={value} />}
      {!value && !busy && !failure && (
        <p className="small soft">
          Pick a sample to see its rows, exactly as the model will read them. Each row is a prompt and the answer you want.
        </p>
      )}
    </Section>
  )
}
