// Step 2: the dataset, and how the model will read it.
import { useActions, useApp } from '../AppContext.ts'
import { AS_MADE, dataOptions } from '../recipeOptions.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { FilePicker } from '../parts/FilePicker.tsx'
import { OptionForm } from '../parts/OptionForm.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { useWords } from '../words/language.ts'
import { DataExtras } from './DataExtras.tsx'
import { DataFindings } from './DataFindings.tsx'
import { DataMapping } from './DataMapping.tsx'
import { DatasetView } from './DatasetView.tsx'
import { FileShapes } from './FileShapes.tsx'
import { SampleList } from './SampleList.tsx'
import { TaskList } from './TaskList.tsx'

const DATA_FILES = '.jsonl,.ndjson,.json,.csv,.tsv,.parquet,.txt,.md,.conll,.conllu,.bio,.iob,.iob2,.bioes,.zip,.gz'

export function DataSection() {
  const w = useWords().data
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
            <FilePicker label={w.open} accept={DATA_FILES} disabled={working} onPick={(files) => void takeFiles(files)} />
            <span className="small soft">{w.drop} .jsonl, .json, .csv, .tsv, .parquet, .txt, .md, .conll, {w.packed}</span>
          </div>
          {value && data.source === 'file' && (
            <div className="row">
              <FilePicker
                label={value.testRows > 0 ? w.changeTest : w.addTest}
                accept={DATA_FILES}
                disabled={working}
                onPick={([file]) => file && void addTestFile(file)}
              />
              <span className="small soft">{w.testHelp}</span>
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
      {busy && <ProgressBar label={value ? w.readingAgain : w.reading} />}
      {failure && <FailureNote failure={failure} />}
      {value && !value.tasks && <DataMapping dataset={value} key={data.id} />}
      {value && !value.isUnmapped && <DatasetView dataset={value} />}
      {value && !value.tasks && <DataFindings dataset={value} />}
      {!value && !busy && !failure && (
        <>
          <p>{w.empty}</p>
          <FileShapes />
        </>
      )}
    </Section>
  )
}
