// One example as the model reads it, token by token. Text only ever becomes text nodes.
import type { PreviewToken } from '../../protocol/studio.ts'
import { say } from '../words/language.ts'
import './TaggedText.css'
import './TokenText.css'

const kind = (token: PreviewToken): string =>
  ['token', token.trained ? 'token-trained' : '', token.special ? 'token-special' : ''].filter(Boolean).join(' ')

/** A line break is a token one can learn from, so it is seen as well as done. */
export const visible = (text: string): string => text.replaceAll('\n', '↵\n')

/** Before the first token of its word; behind a text that it is the label of. */
function Label({ of: { label }, before = '' }: { of: PreviewToken; before?: string }) {
  return label === undefined || label === 'O' ? null : <small className="token-label">{before + label}</small>
}

export function TokenText({ tokens }: { tokens: readonly PreviewToken[] }) {
  const isLast = (i: number): boolean => i + 1 === tokens.length
  return (
    <p className="token-text">
      {tokens.map((token, i) => {
        const Tag = token.trained ? 'mark' : 'span'
        return (
          <Tag key={i} className={kind(token)}>
            {!isLast(i) && <Label of={token} />}
            {visible(token.text)}
            {isLast(i) && <Label of={token} before="→ " />}
          </Tag>
        )
      })}
    </p>
  )
}

export function TokenLegend() {
  const w = say().forms.legend
  return (
    <p className="token-legend">
      <span>
        <mark className="token token-trained">{w.trained}</mark> {w.trainedNote}
      </span>
      <span>
        <span className="token">{w.read}</span> {w.readNote}
      </span>
      <span>
        <span className="token token-special">&lt;s&gt;</span> {w.specialNote}
      </span>
    </p>
  )
}
