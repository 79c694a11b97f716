// The writing half of Protocol Buffers' wire format, as far as ONNX needs it. A message is a list of parts with known sizes, so
// that one can hold tensors whose bytes are produced while the file is written. https://protobuf.dev/programming-guides/encoding
import { concat, utf8 } from '../../lib/bytes.ts'

export interface StreamedPart {
  readonly size: number
  stream(): AsyncIterable<Uint8Array>
}
export type Part = Uint8Array | StreamedPart
export type Message = readonly Part[]

const VARINT = 0
const LENGTH_DELIMITED = 2
const FIXED_32 = 5

export const partBytes = (part: Part): number => (part instanceof Uint8Array ? part.length : part.size)
export const messageBytes = (message: Message): number => message.reduce((n, part) => n + partBytes(part), 0)

/** Seven bits a byte, the lowest first; a negative number takes ten bytes, as two's complement in 64 bits. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}

const tag = (field: number, wire: number): number[] => varint(field * 8 + wire)

export const whole = (field: number, value: number): Message => [Uint8Array.from([...tag(field, VARINT), ...varint(value)])]

export function float(field: number, value: number): Message {
  return [Uint8Array.from([...tag(field, FIXED_32), ...new Uint8Array(Float32Array.of(value).buffer)])]
}

/** A message or raw bytes inside another message. */
export const nested = (field: number, message: Message): Message => [Uint8Array.from([...tag(field, LENGTH_DELIMITED), ...varint(messageBytes(message))]), ...message]

export const text = (field: number, value: string): Message => nested(field, [utf8(value)])

/** Neighbouring bytes joined: thousands of small parts would be thousands of writes. */
export function compact(message: Message): Message {
  const out: Part[] = []
  let run: Uint8Array[] = []
  const flush = (): void => {
    if (run.length > 0) out.push(concat(run))
    run = []
  }
  for (const part of message) {
    if (part instanceof Uint8Array) run.push(part)
    else {
      flush()
      out.push(part)
    }
  }
  flush()
  return out
}
