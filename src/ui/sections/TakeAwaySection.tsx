// Step 6: the adapter as other tools read it, and the recipe that made it.
import type { Parcel } from '../../protocol/takeAway.ts'
import { isMoving } from '../../store/runFigures.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes } from '../format.ts'
import { judgedRun } from '../../store/adapterUses.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { CopyButton } from '../parts/CopyButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { kept, loadingSnippet } from '../loadingSnippet.ts'
import { fileName, saveFile } from '../saveFile.ts'
import { useDownload } from '../useDownload.ts'
import { say, useWords } from '../words/language.ts'
import { OnnxExport } from './OnnxExport.tsx'
import { ScriptExport } from './ScriptExport.tsx'
import { FolderButton, HubButton, SendStatus } from './SendAway.tsx'
import { RecipeLink } from './RecipeLink.tsx'
import './TakeAwaySection.css'

export function TakeAwaySection() {
  const w = useWords().takeAway
  const run = useApp(judgedRun)
  const recipe = useApp((s) => s.recipe)
  const { busy, failure, value } = useApp((s) => s.exporting)
  const isTraining = useApp((s) => s.working && isMoving(s.run.phase))
  const { setName } = useActions()
  const download = useDownload()
  const shown = run?.recipe ?? recipe
  const what = kept(shown) === 'model' ? 'model' : 'adapter'
  const snippet = loadingSnippet(shown)
  const parcel: Parcel | undefined = run && { what: 'adapter', id: run.id, format: 'peft' }
  return (
    <Section
      id="take-away"
      hint={<Hint of="takeAway" />}
      choose={
        <>
          <div className="row">
            <ActionButton className="primary" blocked={!run || busy || isTraining} onAct={() => run && void download(run.id)}>
              {busy ? w.packing : what === 'model' ? w.downloadModel : w.downloadAdapter}
            </ActionButton>
          </div>
          <div className="row">
            <FolderButton parcel={parcel} what={say().send.what[what]} disabled={busy || isTraining} />
            <HubButton parcel={parcel} what={say().send.what[what]} name={fileName(shown.name)} disabled={busy || isTraining} />
          </div>
          <SendStatus parcel={parcel} />
          {!run && <p className="small soft">{w.later}</p>}
          <label className="option-label" htmlFor="recipe-name">
            {w.name}
          </label>
          <input id="recipe-name" type="text" value={recipe.name} onChange={(e) => setName(e.target.value)} />
          <div className="row">
            <button
              type="button"
              onClick={() =>
                saveFile(
                  `${fileName(recipe.name)}.recipe.json`,
                  new Blob([JSON.stringify(recipe, null, 2)], { type: 'application/json' }),
                )
              }
            >
              {w.recipe}
            </button>
            <RecipeLink />
          </div>
          <p className="option-help">{w.recipeHelp}</p>
        </>
      }
    >
      {failure && <FailureNote failure={failure} />}
      {value && value.runId === run?.id && (
        <div>
          <h3>
            {value.name}, {formatBytes(value.bytes)}
          </h3>
          <ul className="files">
            {value.files.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </div>
      )}
      <div className="row">
        <h3>{w.load(say().libraries[kept(shown)])}</h3>
        <CopyButton text={snippet} label={w.copy} />
      </div>
      <pre className="snippet">{snippet}</pre>
      {shown.base.source === 'builtin' && what === 'adapter' && <p className="small soft">{w.builtinBase}</p>}
      <OnnxExport />
      <ScriptExport />
    </Section>
  )
}
