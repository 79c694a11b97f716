// Writes a family's forward pass as ONNX nodes: the same calls that make our own graph, so that no family is written twice.
// A tensor's name is its ONNX value. Activations are (B·T, C) with B and T unknown: a shape's first number counts rows for one
// token. Weights, products and the cache are in the chosen type; norms, softmax, rotation and the residual stream stay f32.
import type { AttentionShape, LinearShape, Model } from '../families/family.ts'
import type { RotaryTable } from '../families/rotary.ts'
import type { TensorEntry } from '../files/modelFolder.ts'
import { elementTypes } from '../files/onnx/onnxModel.ts'
import { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Activation } from '../ops/activation.ts'
import { activationNodes } from './activationNodes.ts'
import { attentionNodes, type Cache } from './attentionNodes.ts'
import type { NodeList } from './nodeList.ts'
import { weightTensor, type FloatType } from './weightTensor.ts'

export interface TracerParts {
  readonly nodes: NodeList
  readonly type: FloatType
  /** Of (B, T) whole numbers. */
  readonly ids: string
  readonly positions: string
  /** Asked for by models that tell two texts apart. */
  tokenTypes(): string
  /** The checkpoint's tensor of that name. */
  weight(name: string): TensorEntry
  /** Where a layer's keys and values are read and written; unsaid: nothing is cached. */
  cache?(layer: number, shape: AttentionShape): Cache
}

export class OnnxTracer implements Model {
  /** Unused, except that the contract has one. */
  readonly graph = new Graph()
  readonly tokens: Tensor
  readonly positions: Tensor
  private nextId = 0

  constructor(private readonly parts: TracerParts) {
    this.tokens = this.flat(parts.ids)
    this.positions = this.flat(parts.positions)
  }
  get tokenTypes(): Tensor {
    return this.flat(this.parts.tokenTypes())
  }

  private flat(name: string): Tensor {
    const { nodes: n } = this.parts
    return this.made(n.once(`flat ${name}`, () => n.emit('Reshape', [name, n.ints([-1])])), [1], 'i32')
  }
  private made(name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32'): Tensor {
    return { id: this.nextId++, shape, dtype, kind: 'value', name }
  }
  /** A value of this shape, from nodes named after `path`. */
  private at(path: string, shape: readonly number[], make: (n: NodeList) => string): Tensor {
    const { nodes } = this.parts
    return this.made(nodes.within(path, () => make(nodes)), shape)
  }
  private weight(name: string, type: FloatType): string {
    return this.parts.nodes.tensor(weightTensor(name, this.parts.weight(name), type))
  }

  embedding(path: string, ids: Tensor, _vocabulary: number, width: number, _padding: number, factor = 1): Tensor {
    const { type } = this.parts
    const rows = this.at(path, [ids.shape[0], width], (n) => n.cast(n.emit('Gather', [this.weight(`${path}.weight`, type), ids.name], { axis: 0 }), type, 'float'))
    return factor === 1 ? rows : this.scale(rows, factor)
  }

  linear(path: string, x: Tensor, { out, bias, stored = '[out,in]', sharedWith }: LinearShape): Tensor {
    const { type } = this.parts
    return this.at(path, [x.shape[0], out], (n) => {
      const weight = this.weight(sharedWith ?? `${path}.weight`, type)
      const inputs = [n.cast(x.name, 'float', type), weight, ...(bias ? [this.weight(`${path}.bias`, type)] : [])]
      return n.cast(n.emit('Gemm', inputs, { transB: stored === '[out,in]' ? 1 : 0 }), type, 'float')
    })
  }

  rmsNorm(path: string, x: Tensor, eps: number, offset = 0): Tensor {
    return this.at(path, x.shape, (n) => {
      const weight = this.weight(`${path}.weight`, 'float')
      const mean = n.emit('ReduceMean', [n.emit('Pow', [x.name, n.number(2)])], { axes: [-1], keepdims: 1 })
      const normed = n.emit('Div', [x.name, n.emit('Sqrt', [n.emit('Add', [mean, n.number(eps)])])])
      return n.emit('Mul', [normed, offset === 0 ? weight : n.emit('Add', [weight, n.number(offset)])])
    })
  }

  layerNorm(path: string, x: Tensor, eps: number): Tensor {
    const weights = [this.weight(`${path}.weight`, 'float'), this.weight(`${path}.bias`, 'float')]
    return this.at(path, x.shape, (n) => n.emit('LayerNormalization', [x.name, ...weights], { axis: -1, epsilon: { float: eps } }))
  }

  /** cos and sin of every row's angles, for both halves of a head: (B·T, 1, rotary). */
  private turns({ name, frequencies, magnitude }: RotaryTable): { cos: string; sin: string } {
    const { nodes: n } = this.parts
    const angles = n.once(`${name} angles`, () => {
      const positions = n.emit('Unsqueeze', [n.emit('Cast', [this.positions.name], { to: elementTypes.float }), n.ints([1])]) // (B·T, 1)
      const half = n.emit('Mul', [positions, n.numbers(`${name}.frequencies`, frequencies)])
      return n.emit('Unsqueeze', [n.emit('Concat', [half, half], { axis: 1 }), n.ints([1])])
    })
    const of = (op: 'Cos' | 'Sin'): string =>
      n.once(`${name} ${op}`, () => {
        const turned = n.emit(op, [angles])
        return magnitude === 1 ? turned : n.emit('Mul', [turned, n.number(magnitude)])
      })
    return { cos: of('Cos'), sin: of('Sin') }
  }

  rotary(table: RotaryTable, x: Tensor, heads: number): Tensor {
    const size = x.shape[1] / heads
    const { rotary } = table
    const { cos, sin } = this.turns(table)
    return this.at('rotary', x.shape, (n) => {
      const byHead = n.emit('Reshape', [x.name, n.ints([-1, heads, size])]) // (B·T, H, D)
      const still = size - rotary
      const [turning, rest] = still === 0 ? [byHead] : n.emitMany('Split', [byHead, n.ints([rotary, still])], { axis: 2 }, 2)
      const [first, second] = n.emitMany('Split', [turning, n.ints([rotary / 2, rotary / 2])], { axis: 2 }, 2)
      const crossed = n.emit('Concat', [n.emit('Neg', [second]), first], { axis: 2 })
      const turned = n.emit('Add', [n.emit('Mul', [turning, cos]), n.emit('Mul', [crossed, sin])])
      const all = rest === undefined ? turned : n.emit('Concat', [turned, rest], { axis: 2 })
      return n.emit('Reshape', [all, n.ints([-1, x.shape[1]])])
    })
  }

  attention(layer: number, q: Tensor, k: Tensor, v: Tensor, shape: AttentionShape): Tensor {
    const { type, cache } = this.parts
    return this.at(`attention.${layer}`, q.shape, (n) => attentionNodes(n, { q: q.name, k: k.name, v: v.name }, shape, type, cache?.(layer, shape)))
  }

  activation(kind: Activation, x: Tensor): Tensor {
    return this.at(kind, x.shape, (n) => activationNodes(n, kind, x.name))
  }
  gated(kind: Activation, gate: Tensor, up: Tensor): Tensor {
    return this.at(kind, gate.shape, (n) => n.emit('Mul', [activationNodes(n, kind, gate.name), up.name]))
  }
  reshape(x: Tensor, columns: number): Tensor {
    return this.at('reshape', [(x.shape[0] * x.shape[1]) / columns, columns], (n) => n.emit('Reshape', [x.name, n.ints([-1, columns])]))
  }
  scale(x: Tensor, factor: number): Tensor {
    return this.at('scale', x.shape, (n) => n.emit('Mul', [x.name, n.number(factor)]))
  }
  softcap(x: Tensor, cap: number): Tensor {
    return this.at('softcap', x.shape, (n) => n.emit('Mul', [n.emit('Tanh', [n.emit('Div', [x.name, n.number(cap)])]), n.number(cap)]))
  }
  shifted(ids: Tensor, by: number): Tensor {
    const { nodes } = this.parts
    return this.made(nodes.emit('Add', [ids.name, nodes.int(by)]), ids.shape, 'i32')
  }
  columns(x: Tensor, start: number, size: number): Tensor {
    return this.at('columns', [x.shape[0], size], (n) => n.emit('Slice', [x.name, n.ints([start]), n.ints([start + size]), n.ints([1])]))
  }
  residual({ layerPath, part }: Parameters<Model['residual']>[0], h: Tensor, branch: Tensor): Tensor {
    return this.at(`${layerPath}.${part}`, h.shape, (n) => n.emit('Add', [h.name, branch.name]))
  }
  add(a: Tensor, b: Tensor): Tensor {
    return this.at('add', a.shape, (n) => n.emit('Add', [a.name, b.name]))
  }
}
