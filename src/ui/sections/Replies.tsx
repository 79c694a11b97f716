// Both answers to the last prompt, side by side, as they stream in.
import type { Reply } from '../../store/appState.ts'
import { useApp } from '../AppContext.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { TaggedText } from '../parts/TaggedText.tsx'
import { usesText } from '../usesText.ts'
import './Replies.css'

export function Replies() {
  const asked = useApp((s) => s.asked)
  const adapters = useApp((s) => s.adapters.value)
  const isOfWords = useApp((s) => s.asked?.uses.some((uses) => uses.some(({ id }) => s.runs.value?.some((run) => run.id === id && run.recipe.task === 'TOKEN_CLS'))) ?? false)
  if (!asked) return null
  return (
    <div className="replies">
      <p className="reply-prompt">{asked.prompt}</p>
      <ReplyText title="Base" reply={asked.base} isOfWords={isOfWords} />
      <ReplyText title="Tuned" reply={asked.tuned} isOfWords={isOfWords} from={asked.uses.map((uses) => usesText(uses, adapters)).join(', then ')} />
    </div>
  )
}

function ReplyText({ title, reply, isOfWords, from }: { title: string; reply: Reply | undefined; isOfWords: boolean; from?: string }) {
  return (
    <section className="reply" aria-label={`${title} model’s answer`} aria-busy={reply?.busy ?? false}>
      <h3>
        {title} {reply?.busy && <span className="soft">answering…</span>}
      </h3>
      {reply && from !== undefined && <span className="reply-from">{from}</span>}
      {reply ? <p>{isOfWords ? <TaggedText text={reply.text} /> : reply.text}</p> : <p className="soft">–</p>}
      {reply?.failure && <FailureNote failure={reply.failure} />}
    </section>
  )
}
