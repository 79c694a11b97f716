import { describe, expect, it } from 'vitest'
import { wholeOf } from '../../onnx/testRuntime.ts'
import type { OnnxModel, OnnxTensor } from './onnxModel.ts'
import { writeOnnx } from './writeOnnx.ts'

let opened: string[] = []
const tensor = (name: string, count: number, given = count): OnnxTensor => ({
  name,
  type: 'float',
  shape: [count],
  size: count * 4,
  async *stream() {
    opened.push(name)
    for (let at = 0; at < given; at += 1000) yield new Uint8Array(Float32Array.from({ length: Math.min(1000, given - at) }, (_, i) => at + i).buffer)
  },
})
const modelOf = (tensors: readonly OnnxTensor[]): OnnxModel => ({
  opset: 17,
  producer: { name: 'Tunesmith', version: 'test' },
  graph: {
    name: 'sum',
    inputs: [{ name: 'x', type: 'float', shape: ['n', 3] }],
    outputs: [{ name: 'y', type: 'float', shape: ['n', 3] }],
    nodes: [{ op: 'Add', name: 'add', inputs: ['x', tensors[0].name], outputs: ['y'], attributes: {} }],
    tensors,
  },
})

describe('writeOnnx', () => {
  it('says the size of a file before a tensor is read, and reads tensors one after the other', async () => {
    opened = []
    const files = writeOnnx(modelOf([tensor('a', 3), tensor('b', 2500)]), 'model.onnx')
    expect([...files.keys()]).toEqual(['model.onnx'])
    const { size } = files.get('model.onnx')!
    expect(opened).toEqual([])
    const bytes = await wholeOf(files.get('model.onnx')!)
    expect(opened).toEqual(['a', 'b'])
    expect(bytes.length).toBe(size)
    expect(Buffer.from(bytes).includes(Buffer.from(Float32Array.of(2497, 2498, 2499).buffer))).toBe(true)
  })

  it('puts the tensors of a large model beside it, each on a page of its own', async () => {
    const files = writeOnnx(modelOf([tensor('a', 3), tensor('b', 2500), tensor('c', 1500)]), 'model.onnx', 15_000)
    expect([...files.keys()]).toEqual(['model.onnx', 'model.onnx_data'])
    const data = await wholeOf(files.get('model.onnx_data')!)
    expect(data.length).toBe(files.get('model.onnx_data')!.size)
    // b: 10,000 bytes from 0; c from the next multiple of 4,096.
    expect([...new Float32Array(data.slice(12_288, 12_300).buffer)]).toEqual([0, 1, 2])
    const graph = Buffer.from(await wholeOf(files.get('model.onnx')!))
    for (const word of ['model.onnx_data', '12288', '10000']) expect(graph.includes(word)).toBe(true)
    // A small one stays with the graph, where shapes are looked for.
    expect(graph.includes(Buffer.from(Float32Array.of(0, 1, 2).buffer))).toBe(true)
    expect(graph.length).toBeLessThan(1000)
  })

  it('fails where a tensor gives other bytes than it promised', async () => {
    const files = writeOnnx(modelOf([tensor('a', 3), tensor('short', 2500, 2499)]), 'model.onnx')
    await expect(wholeOf(files.get('model.onnx')!)).rejects.toThrow('The tensor short needs 10000 bytes, but 9996 were given.')
  })
})
