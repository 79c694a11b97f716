// The writing half of the ONNX format: one file, or for large models one with the graph and one with the tensors beside it,
// because a protobuf ends at 2 GiB. Tensors are never held: their bytes pass through. Field numbers: onnx.proto.
import { Fault } from '../../protocol/failure.ts'
import type { StreamedFile } from '../zip.ts'
import { elementTypes, type OnnxAttribute, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnxModel.ts'
import { compact, float, messageBytes, nested, partBytes, text, whole, type Message, type Part } from './protobuf.ts'

/** Of the format, not of its operators: the one that came with opset 17. */
const IR_VERSION = 8
/** Tensors stay in the file of the graph up to so many bytes. */
const MOST_INSIDE = 2 ** 30
/** Readers map the file with the tensors into memory, page by page. */
const ALIGNMENT = 4096
/** A small tensor stays with the graph: shapes must be known while it is loaded. */
const SMALL = 1024

const attributeTypes = { float: 1, int: 2, ints: 7 } as const

function attribute(name: string, value: OnnxAttribute): Message {
  const head = text(1, name)
  if (typeof value === 'number') return [...head, ...whole(3, value), ...whole(20, attributeTypes.int)]
  if ('float' in value) return [...head, ...float(2, value.float), ...whole(20, attributeTypes.float)]
  return [...head, ...value.flatMap((v) => whole(8, v)), ...whole(20, attributeTypes.ints)]
}

const node = ({ op, name, inputs, outputs, attributes }: OnnxNode): Message => [
  ...inputs.flatMap((i) => text(1, i)),
  ...outputs.flatMap((o) => text(2, o)),
  ...text(3, name),
  ...text(4, op),
  ...Object.entries(attributes).flatMap(([key, value]) => nested(5, attribute(key, value))),
]

function value({ name, type, shape }: OnnxValue): Message {
  const dimensions = shape.flatMap((d) => nested(1, typeof d === 'number' ? whole(1, d) : text(2, d)))
  const tensorType = [...whole(1, elementTypes[type]), ...nested(2, dimensions)]
  return [...text(1, name), ...nested(2, nested(1, tensorType))]
}

const described = ({ name, type, shape }: OnnxTensor): Message => [...shape.flatMap((d) => whole(1, d)), ...whole(2, elementTypes[type]), ...text(8, name)]

const inside = (t: OnnxTensor): Message => [...described(t), ...nested(9, [checked(t)])]

function outside(t: OnnxTensor, location: string, offset: number): Message {
  const entry = (key: string, entryValue: string): Message => nested(13, [...text(1, key), ...text(2, entryValue)])
  return [...described(t), ...entry('location', location), ...entry('offset', String(offset)), ...entry('length', String(t.size)), ...whole(14, 1)]
}

function model({ opset, producer, graph }: OnnxModel, tensor: (t: OnnxTensor) => Message): Message {
  const body = [
    ...graph.nodes.flatMap((n) => nested(1, node(n))),
    ...text(2, graph.name),
    ...graph.tensors.flatMap((t) => nested(5, tensor(t))),
    ...graph.inputs.flatMap((v) => nested(11, value(v))),
    ...graph.outputs.flatMap((v) => nested(12, value(v))),
  ]
  return [...whole(1, IR_VERSION), ...text(2, producer.name), ...text(3, producer.version), ...nested(8, whole(2, opset)), ...nested(7, body)]
}

/** Fails rather than write a file whose sizes lie. */
const checked = (t: OnnxTensor): Part => ({
  size: t.size,
  async *stream() {
    let written = 0
    for await (const chunk of t.stream()) {
      written += chunk.length
      yield chunk
    }
    if (written !== t.size) throw new Fault('internal', `The tensor ${t.name} needs ${t.size} bytes, but ${written} were given.`, 'Report this; the file was not written.')
  },
})

/**
 * Files by name: `name`, and `name`_data for a model of more than a gibibyte.
 * @param mostInside bytes of tensors up to which there is one file
 */
export function writeOnnx(given: OnnxModel, name: string, mostInside = MOST_INSIDE): Map<string, StreamedFile> {
  const { tensors } = given.graph
  const total = tensors.reduce((n, t) => n + t.size, 0)
  if (total <= mostInside) return new Map([[name, fileOf(model(given, inside))]])
  const location = `${name}_data`
  const parts: Part[] = []
  const offsets = new Map<OnnxTensor, number>()
  let at = 0
  for (const t of tensors) {
    if (t.size <= SMALL) continue
    const gap = Math.ceil(at / ALIGNMENT) * ALIGNMENT - at
    parts.push(new Uint8Array(gap), checked(t))
    offsets.set(t, (at += gap))
    at += t.size
  }
  const graph = model(given, (t) => {
    const offset = offsets.get(t)
    return offset === undefined ? inside(t) : outside(t, location, offset)
  })
  return new Map([
    [name, fileOf(graph)],
    [location, fileOf(parts)],
  ])
}

function fileOf(message: Message): StreamedFile {
  const parts = compact(message).filter((part) => partBytes(part) > 0)
  return {
    size: messageBytes(parts),
    async *stream() {
      for (const part of parts) {
        if (part instanceof Uint8Array) yield part
        else yield* part.stream()
      }
    },
  }
}
