// Markdown as texts to read on from: sections are joined into rows of some hundred words and never cut inside a code block.
// Front matter says things about the page, not in it, so it is left out.
import { readLines } from '../decodeText.ts'
import type { Format } from '../format.ts'

const ROW_CHARACTERS = 2000

const markdown: Format = {
  id: 'markdown',
  label: 'Markdown',
  match(head, name) {
    if (!/\.(md|markdown|mdx)$/i.test(name)) return 0
    return /^\ufeff?\s*\{"/.test(head) ? 0.3 : 0.75
  },
  async *rows(source) {
    let start = 0
    let lines: string[] = []
    let length = 0
    let fence: string | undefined
    let front: 'open' | 'none' = 'none'
    const take = () => {
      const row = { line: start, value: { text: lines.join('\n').trimEnd() } }
      lines = []
      length = 0
      return row
    }
    for await (const { line, text } of readLines(source)) {
      if (line === 1 && text.trimEnd() === '---') {
        front = 'open'
        continue
      }
      if (front === 'open') {
        if (/^(---|\.\.\.)\s*$/.test(text)) front = 'none'
        continue
      }
      const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(text)?.[1]
      if (mark !== undefined) fence = fence === undefined ? mark : mark.startsWith(fence) ? undefined : fence
      const blank = text.trim() === ''
      const heading = fence === undefined && /^#{1,6}\s/.test(text)
      // A heading starts a row when the one before it has something to say.
      if (heading && length >= ROW_CHARACTERS / 2) yield take()
      if (lines.length === 0) {
        if (blank) continue
        start = line
      }
      lines.push(text)
      length += text.length + 1
      if (fence === undefined && blank ? length >= ROW_CHARACTERS : length >= 4 * ROW_CHARACTERS) yield take()
    }
    if (lines.length > 0) yield take()
  },
}
export default markdown
