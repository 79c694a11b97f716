// Both answers to the last prompt, side by side, as they stream in: as text, token by token, or with what differs marked.
import { useState } from 'react'
import type { Reply } from '../../store/appState.ts'
import { useApp } from '../AppContext.ts'
import { formatCount, formatCounted } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { TaggedText } from '../parts/TaggedText.tsx'
import { usesText } from '../usesText.ts'
import { useWords } from '../words/language.ts'
import { wordDiff, type DiffPiece } from '../wordDiff.ts'
import { ReplyTokens } from './ReplyTokens.tsx'
import './Replies.css'

const VIEWS = ['text', 'tokens', 'diff'] as const
type View = (typeof VIEWS)[number]

export function Replies() {
  const asked = useApp((s) => s.asked)
  const adapters = useApp((s) => s.adapters.value)
  const isOfWords = useApp((s) => s.asked?.uses.some((uses) => uses.some(({ id }) => s.runs.value?.some((run) => run.id === id && run.recipe.task === 'TOKEN_CLS'))) ?? false)
  const words = useWords().judge.replies
  const [chosen, setView] = useState<View>('text')
  if (!asked) return null
  const { base, tuned } = asked
  const hasTokens = Boolean(base?.tokens ?? tuned?.tokens)
  const views = VIEWS.filter((v) => v === 'text' || (v === 'tokens' ? hasTokens : base && tuned && !isOfWords))
  const view = views.includes(chosen) ? chosen : 'text'
  const diff = view === 'diff' && base && tuned ? wordDiff(base.text, tuned.text) : undefined
  return (
    <div className="replies">
      <p className="reply-prompt">{asked.prompt}</p>
      {views.length > 1 && (
        <div className="row reply-views" role="group" aria-label={words.showAs}>
          {views.map((v) => (
            <button key={v} type="button" aria-pressed={v === view} onClick={() => setView(v)}>
              {words[v]}
            </button>
          ))}
          {view === 'tokens' && <span className="small soft">{words.tokensHelp}</span>}
          {diff && (
            <span className="small soft">
              {words.diffHelp(formatCounted(diff.shared, [words.word, words.words]), formatCount(diff.words[0] - diff.shared), formatCount(diff.words[1] - diff.shared))}
            </span>
          )}
        </div>
      )}
      <ReplyText which="base" reply={base} view={view} pieces={diff?.first} isOfWords={isOfWords} />
      <ReplyText which="tuned" reply={tuned} view={view} pieces={diff?.second} isOfWords={isOfWords} from={asked.uses.map((uses) => usesText(uses, adapters)).join(words.switched)} />
    </div>
  )
}

interface Props {
  which: 'base' | 'tuned'
  reply: Reply | undefined
  view: View
  pieces: readonly DiffPiece[] | undefined
  isOfWords: boolean
  from?: string
}

function ReplyText({ which, reply, view, pieces, isOfWords, from }: Props) {
  const { replies: words, tokens } = useWords().judge
  return (
    <section className="reply" aria-label={which === 'base' ? words.baseAnswer : words.tunedAnswer} aria-busy={reply?.busy ?? false}>
      <h3>
        {words[which]} {reply?.busy && <span className="soft">{words.answering}</span>}
      </h3>
      {reply && from !== undefined && <span className="reply-from">{from}</span>}
      {!reply && <p className="soft">–</p>}
      {reply &&
        (view === 'tokens' && reply.tokens ? (
          <ReplyTokens title={which === 'base' ? tokens.ofBase : tokens.ofTuned} tokens={reply.tokens} />
        ) : (
          <p>{isOfWords ? <TaggedText text={reply.text} /> : pieces ? <Pieces of={pieces} /> : reply.text}</p>
        ))}
      {reply?.failure && <FailureNote failure={reply.failure} />}
    </section>
  )
}

function Pieces({ of }: { of: readonly DiffPiece[] }) {
  return of.map(({ text, kind }, i) => {
    if (kind === 'same') return <span key={i}>{text}</span>
    const Tag = kind === 'gone' ? 'del' : 'ins'
    const own = text.trimStart()
    return (
      <span key={i}>
        {text.slice(0, text.length - own.length)}
        <Tag>{own}</Tag>
      </span>
    )
  })
}
