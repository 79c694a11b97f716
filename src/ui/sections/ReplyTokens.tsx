// An answer token by token: each is a button that shows what the model held likely there. One of them is in the tab order;
// arrow keys move to the others, and the table follows.
import { useRef, useState, type KeyboardEvent } from 'react'
import type { ReplyToken } from '../../protocol/studio.ts'
import { formatCount, formatShare } from '../format.ts'
import { useWords } from '../words/language.ts'
import './ReplyTokens.css'

/** Spaces and line breaks as signs, where a token stands alone. */
const alone = (text: string): string => (text === '' ? '…' : text.replaceAll('\n', '↵').replace(/^ | $/g, '␣'))
/** In the run of the text, where a space is seen anyway. */
const within = (text: string): string => (text === '' ? '·' : text.replaceAll('\n', '↵\n'))
const percent = (probability: number): string => formatShare(probability, 1)

/** Past these, buttons cost more than they tell. */
const MOST_BUTTONS = 600

/** @param title what the tokens are of */
export function ReplyTokens({ title, tokens }: { title: string; tokens: readonly ReplyToken[] }) {
  const [at, setAt] = useState<number>()
  const list = useRef<HTMLDivElement>(null)
  const shown = tokens.slice(0, MOST_BUTTONS)
  const rest = tokens.slice(MOST_BUTTONS)
  const move = (event: KeyboardEvent): void => {
    const from = at ?? 0
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: shown.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = Math.min(Math.max(to, 0), shown.length - 1)
    setAt(next)
    list.current?.querySelectorAll('button')[next]?.focus()
  }
  const token = at === undefined ? undefined : tokens[at]
  return (
    <>
      <div ref={list} className="reply-tokens" role="toolbar" aria-label={title} onKeyDown={move}>
        {shown.map(({ text, probability }, i) => (
          <button
            key={i}
            type="button"
            className="reply-token"
            data-unsure={probability < 0.5 || undefined}
            aria-pressed={i === at}
            aria-label={`${alone(text)}, ${percent(probability)}`}
            tabIndex={i === (at ?? 0) ? 0 : -1}
            onClick={() => setAt(i)}
          >
            {within(text)}
          </button>
        ))}
        {rest.length > 0 && <span>{rest.map((t) => t.text).join('')}</span>}
      </div>
      {token && <TopTokens token={token} number={at! + 1} />}
      <TokenTable title={title} tokens={tokens} />
    </>
  )
}

function TopTokens({ token, number }: { token: ReplyToken; number: number }) {
  const words = useWords().judge.tokens
  const isIn = token.top.some((t) => t.probability === token.probability)
  const rows = isIn ? token.top : [...token.top, { text: token.text, probability: token.probability }]
  return (
    <table className="top-tokens">
      <caption className="small soft">{words.instead(formatCount(number))}</caption>
      <thead className="unseen">
        <tr>
          <th scope="col">{words.token}</th>
          <th scope="col">{words.probability}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ text, probability }, i) => (
          <tr key={i} data-chosen={probability === token.probability || undefined}>
            <th scope="row">
              <code>{alone(text)}</code>
              {probability === token.probability && <span className="reply-from"> {words.chosen}</span>}
            </th>
            <td className="number">
              <span className="top-track" aria-hidden="true">
                <span style={{ width: `${100 * probability}%` }} />
              </span>
              <span className="top-share">{percent(probability)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The same in one table, made only while it is open. */
function TokenTable({ title, tokens }: { title: string; tokens: readonly ReplyToken[] }) {
  const words = useWords().judge.tokens
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details onToggle={(e) => setIsOpen(e.currentTarget.open)}>
      <summary>
        {words.asTable}
        <span className="unseen">: {title}</span>
      </summary>
      {isOpen && (
        <div className="token-table" tabIndex={0} role="region" aria-label={`${title}: ${words.asTable}`}>
          <table>
            <thead>
              <tr>
                <th scope="col" className="number">
                  {words.number}
                </th>
                <th scope="col">{words.token}</th>
                <th scope="col" className="number">
                  {words.probability}
                </th>
                <th scope="col">{words.likeliest}</th>
              </tr>
            </thead>
            <tbody>
              {tokens.map(({ text, probability, top }, i) => (
                <tr key={i}>
                  <td className="number">{i + 1}</td>
                  <th scope="row">
                    <code>{alone(text)}</code>
                  </th>
                  <td className="number">{percent(probability)}</td>
                  <td>
                    {top.slice(0, 3).map((t, n) => (
                      <span key={n}>
                        {n > 0 && ', '}
                        <code>{alone(t.text)}</code> {percent(t.probability)}
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}
