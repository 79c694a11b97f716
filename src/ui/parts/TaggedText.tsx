// A text whose labelled words stand in frames with their label. Text only ever becomes text nodes.
import { readTagged } from '../../protocol/taggedText.ts'
import './TaggedText.css'

export function TaggedText({ text }: { text: string }) {
  return readTagged(text).map((piece, i) =>
    piece.label === undefined ? (
      <span key={i}>{piece.text}</span>
    ) : (
      <span key={i} className="tagged">
        {piece.text}{'\u00a0'}
        <small>{piece.label}</small>
      </span>
    ),
  )
}
