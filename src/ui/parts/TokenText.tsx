// One example as the model reads it, token by token. Text only ever becomes text nodes.
import type { PreviewToken } from '../../protocol/studio.ts'
import './TaggedText.css'
import './TokenText.css'

const kind = (token: PreviewToken): string =>
  ['token', token.trained ? 'token-trained' : '', token.special ? 'token-special' : ''].filter(Boolean).join(' ')

/** A line break is a token one can learn from, so it is seen as well as done. */
const visible = (text: string): string => text.replaceAll('\n', '↵\n')

export function TokenText({ tokens }: { tokens: readonly PreviewToken[] }) {
  return (
    <p className="token-text">
      {tokens.map((token, i) => {
        const Tag = token.trained ? 'mark' : 'span'
        return (
          <Tag key={i} className={kind(token)}>
            {token.label !== undefined && token.label !== 'O' && <small className="token-label">{token.label}</small>}
            {visible(token.text)}
          </Tag>
        )
      })}
    </p>
  )
}

export function TokenLegend() {
  return (
    <p className="token-legend">
      <span>
        <mark className="token token-trained">trained</mark> carries loss
      </span>
      <span>
        <span className="token">read</span> is context only
      </span>
      <span>
        <span className="token token-special">&lt;s&gt;</span> special token
      </span>
    </p>
  )
}
