// The end of a Parquet file, looked over before the reader sees it: its length, its lists, the depth of its schema.
import type { ByteSource } from '../../files/byteSource.ts'
import { readThrift, type ThriftStruct, type ThriftValue } from './thrift.ts'

const MAX_FOOTER = 2 ** 28
const MAX_SCHEMA_DEPTH = 24
const MAX_ELEMENTS = 100_000

/** Throws an Error with the reason. */
export async function checkFooter(source: ByteSource): Promise<void> {
  if (source.size < 12) throw new Error('it is too short')
  const tail = await source.read(source.size - 8, source.size)
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true)
  if (String.fromCharCode(...tail.subarray(4)) !== 'PAR1') throw new Error('its end is missing')
  if (length > MAX_FOOTER || length > source.size - 12) throw new Error(`its end claims ${length} bytes`)
  const { value: footer } = readThrift(await source.read(source.size - 8 - length, source.size - 8), 0)
  const schema = list(footer[2], 'schema')
  if (schema.length > MAX_ELEMENTS) throw new Error(`its schema has ${schema.length} entries`)
  checkSchema(schema)
  for (const group of list(footer[4], 'row groups')) list(struct(group)[1], 'columns')
}

/** Children follow their parent, so that the open ones are a stack. */
function checkSchema(elements: readonly ThriftValue[]): void {
  const open: number[] = [1]
  for (const element of elements) {
    while (open.at(-1) === 0) open.pop()
    if (open.length === 0) throw new Error('its schema has more entries than it says')
    open[open.length - 1]--
    const children = Number(struct(element)[5] ?? 0)
    if (!(children >= 0 && children <= elements.length)) throw new Error(`its schema claims ${children} columns`)
    if (children > 0) open.push(children)
    if (open.length > MAX_SCHEMA_DEPTH) throw new Error('its schema nests too deeply')
  }
  if (open.some((left) => left > 0)) throw new Error('its schema has fewer entries than it says')
}

const list = (value: ThriftValue | undefined, what: string): readonly ThriftValue[] => {
  if (!Array.isArray(value)) throw new Error(`it has no ${what}`)
  return value as readonly ThriftValue[]
}
const struct = (value: ThriftValue): ThriftStruct => {
  if (typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) throw new Error('its description is not one of a table')
  return value as ThriftStruct
}
