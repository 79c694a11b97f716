// A JSON file with a list of objects: at the top, or under a name such as "data". Read element by element, so that
// one bad element is told by its line and the others are kept.
import { isRecord } from '../../lib/record.ts'
import { Fault } from '../../protocol/failure.ts'
import { readText } from '../decodeText.ts'
import type { Format } from '../format.ts'
import { jsonElements } from '../jsonElements.ts'

/** Where a file whose top is an object keeps its rows. */
const LIST_NAMES = ['data', 'train', 'rows', 'examples', 'instances', 'items', 'records']

const json: Format = {
  id: 'json',
  label: 'JSON',
  match(head, name) {
    if (!/^\ufeff?\s*[[{]/.test(head)) return 0
    return /\.json$/i.test(name) ? 0.8 : 0.5
  },
  async *rows(source) {
    const text = await readText(source)
    const top = /^\s*\[/.exec(text)
    if (top) return yield* jsonElements(text, top[0].length)
    let whole: unknown
    try {
      whole = JSON.parse(text)
    } catch {
      // A list under a name can still be read up to and after a bad element.
    }
    const name = LIST_NAMES.find((n) =>
      isRecord(whole) ? Array.isArray(whole[n]) : whole === undefined && new RegExp(`"${n}"\\s*:\\s*\\[`).test(text),
    )
    const list = name === undefined ? null : new RegExp(`"${name}"\\s*:\\s*\\[`).exec(text)
    if (list) return yield* jsonElements(text, list.index + list[0].length)
    if (isRecord(whole)) return yield { line: 1, value: whole }
    throw new Fault(
      'bad-data',
      `${source.name} is not valid JSON.`,
      'Expected a list of objects: [{"prompt": …, "completion": …}, …].',
    )
  },
}
export default json
