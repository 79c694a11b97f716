// Valid JSON with something wrong: values replaced by others (huge numbers, deep nests, long and strange texts), entries taken
// out, doubled, moved, and the text itself damaged.
import fc from 'fast-check'

/** Text that stands for a value as it is written. */
class Written {
  constructor(readonly text: string) {}
}
/** A second entry of the same name ends with this. */
const AGAIN = '\u0000again'

type Json = unknown
type Place = { readonly holder: Record<string, Json> | Json[]; readonly key: string | number }

const TEXTS = ['', ' ', '\u0000', '\ud800', 'é', '漢', '🙂', '\u202e', '__proto__', 'constructor', 'toString', 'null', '../../x', '<img src=x onerror=alert(1)>', '(a+)+$', '(a|a)*b', '(?:a*)*$', '[', '\\', '\\1', '(?<x>a)\\k<x>', '\\p{L}+', '.{1,9999}', 'a'.repeat(2000), ' '.repeat(5000), '{{ x }}', '$&$&$&$&', '0', '-1', '1e999']
const strange: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -0, -1, 1, 2, 3, 0.5, 7, 8, 64, 1e3, 65_536, 1e6, 2 ** 31, 2 ** 32, 2 ** 53, 1e15, 1e300, -1e300),
  fc.constantFrom('1e999', '-1e999', 'NaN', '01', '1e', '1e-400', '123456789012345678901234567890', '{}', '[]', '"\\ud800"', '"\\u0000"', '[null]', '{"":0}').map((text) => new Written(text)),
  fc.constantFrom(...TEXTS),
  fc.constantFrom(10, 500, 20_000).chain((depth) => fc.constantFrom(new Written('['.repeat(depth) + ']'.repeat(depth)), new Written(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`))),
  fc.constantFrom<Json>([], {}, [[]], [[], []], [null], ['a', 'a'], [1, 'a', null], { type: 'Sequence' }, Array.from({ length: 300 }, (_, i) => i)),
)

/** @param words values and names that mean something to the reader */
export function changedJson(values: readonly Json[], words: readonly Json[] = []): fc.Arbitrary<string> {
  const value = words.length > 0 ? fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: strange }) : strange
  const edit = fc.record({ at: fc.nat(1 << 16), what: fc.constantFrom('value', 'value', 'value', 'scale', 'remove', 'again', 'rename', 'add', 'copy', 'wrap'), value, from: fc.nat(1 << 16), name: fc.constantFrom(...TEXTS, ...words.filter((w) => typeof w === 'string')) })
  const damage = fc.option(fc.record({ at: fc.nat(1 << 16), text: fc.constantFrom('', '"', '{', '}', '[', ',', ':', '\\', '\u0000', '1', ' '), cut: fc.nat(3) }), { freq: 5, nil: undefined })
  return fc.tuple(fc.constantFrom(...values), fc.array(edit, { maxLength: 5, size: 'max' }), damage).map(([given, edits, broken]) => {
    const root: Json[] = [structuredClone(given)]
    for (const change of edits) apply(root, change)
    const text = write(root[0])
    if (!broken) return text
    const at = broken.at % (text.length + 1)
    return text.slice(0, at) + broken.text + text.slice(at + broken.cut)
  })
}

interface Change {
  readonly at: number
  readonly what: string
  readonly value: Json
  readonly from: number
  readonly name: string
}

function apply(root: Json[], { at, what, value: given, from, name }: Change): void {
  // Later changes may be made to it, and the next input starts from the same ones.
  const value = given instanceof Written ? given : structuredClone(given)
  const places = placesOf(root)
  const { holder, key } = places[at % places.length]
  const was = get(holder, key)
  const other = places[from % places.length]
  switch (what) {
    case 'value':
      return set(holder, key, value)
    case 'scale':
      return set(holder, key, typeof was === 'number' ? was * [-1, 2, 1000, 1e9, 0.5][from % 5] : typeof was === 'string' ? was.repeat(1 + (from % 40)) : value)
    case 'remove':
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
      if (holder === root) root[0] = null
      return
    case 'again':
      if (Array.isArray(holder) && holder !== root) holder.splice(Number(key), 0, was)
      else if (!Array.isArray(holder)) set(holder, `${key}${AGAIN}`, value)
      return
    case 'rename':
      if (Array.isArray(holder)) return
      delete holder[key]
      return set(holder, name, was)
    case 'add':
      if (Array.isArray(was)) was.push(value)
      else if (isObject(was)) set(was, name, value)
      return
    case 'copy': {
      const copy = get(other.holder, other.key)
      if (size(copy) < 2000) set(holder, key, structuredClone(plain(copy)))
      return
    }
    default:
      set(holder, key, from % 2 === 0 ? [was] : { [name]: was })
  }
}

const isObject = (v: Json): v is Record<string, Json> => typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof Written)
const get = (holder: Place['holder'], key: Place['key']): Json => (holder as Record<string | number, Json>)[key]
/** Also names that would otherwise mean something to JavaScript. */
const set = (holder: Place['holder'], key: Place['key'], value: Json): void => void Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
const plain = (v: Json): Json => (v instanceof Written ? null : Array.isArray(v) ? v.map(plain) : isObject(v) ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, plain(x)])) : v)
const size = (v: Json): number => (Array.isArray(v) ? v.reduce<number>((n, x) => n + size(x), 1) : isObject(v) ? Object.values(v).reduce<number>((n, x) => n + size(x), 1) : 1)

/** Every value's place; long lists of values alike are many, so that only some of theirs count. */
function placesOf(root: Json[]): Place[] {
  const found: Place[] = [{ holder: root, key: 0 }]
  for (let i = 0; i < found.length && found.length < 4000; i++) {
    const value = get(found[i].holder, found[i].key)
    if (Array.isArray(value)) for (let k = 0; k < Math.min(value.length, 40); k++) found.push({ holder: value, key: k })
    else if (isObject(value)) for (const key of Object.keys(value).slice(0, 60)) found.push({ holder: value, key })
  }
  return found
}

function write(value: Json): string {
  if (value instanceof Written) return value.text
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (isObject(value)) return `{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k.replaceAll(AGAIN, ''))}:${write(v)}`).join(',')}}`
  return JSON.stringify(value) ?? 'null'
}
