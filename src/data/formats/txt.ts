// Plain text. Paragraphs (parts between blank lines) are joined into rows of some hundred words; a longer paragraph
// stays whole, and training cuts it into windows.
import { readLines } from '../decodeText.ts'
import type { Format } from '../format.ts'

const ROW_CHARACTERS = 2000

const txt: Format = {
  id: 'txt',
  label: 'plain text',
  match(_head, name) {
    return /\.(txt|md|text)$/i.test(name) ? 0.4 : 0.1
  },
  async *rows(source) {
    let start = 0
    let lines: string[] = []
    let length = 0
    const row = () => ({ line: start, value: { text: lines.join('\n').trimEnd() } })
    for await (const { line, text } of readLines(source)) {
      const blank = text.trim() === ''
      if (lines.length === 0) {
        if (blank) continue
        start = line
      }
      lines.push(text)
      length += text.length + 1
      // A paragraph's end is the best place to cut; a text without any is cut at a line.
      if (blank ? length >= ROW_CHARACTERS : length >= 2 * ROW_CHARACTERS) {
        yield row()
        lines = []
        length = 0
      }
    }
    if (lines.length > 0) yield row()
  },
}
export default txt
