// The network of one bottleneck adapter, f(z) = s · up(act(down(z))), with AdapterHub's options, names and initialisation
// (`adapters` 1.2, methods/modeling.py). Every tensor is declared once, in `tensorsOf`, for the graph and for the file.
import type { Shape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { activation, type Activation } from '../ops/activation.ts'
import { add } from '../ops/add.ts'
import { layerNorm } from '../ops/layerNorm.ts'
import { matmul } from '../ops/matmul.ts'
import { scaleColumns } from '../ops/scaleColumns.ts'
import { GATE, gateOf, throughGate } from './gate.ts'
import type { Init, SublayerSite } from './method.ts'
import { hypercomplex, type Phm } from './phm.ts'

export interface BottleneckLayers {
  /** Channels in and out. */
  readonly width: number
  /** Channels of the bottleneck. */
  readonly inner: number
  readonly activation: Activation
  /** A number, one learned number, or one for each channel. */
  readonly scaling: number | 'learned' | 'channel'
  readonly dropout: number
  readonly lnBefore: boolean
  readonly lnAfter: boolean
  /** The adapter's own residual joins before the norm that follows it. */
  readonly residualBeforeLnAfter: boolean
  readonly gated: boolean
  /** Compacter's layers instead of plain ones. */
  readonly phm?: Phm
  /** How the plain layers start: both small, or up at zero. */
  readonly start: 'bert' | 'mam_adapter'
}

const ones: Init = { kind: 'ones' }
const zeros: Init = { kind: 'zeros' }
const normal = (std: number): Init => ({ kind: 'normal', std })
/** Start of Compacter's shared rule, `phm_init_range`; AdapterHub's 0.0001 takes hundreds of steps to wake. */
export const RULE_STD = 0.01
/** torch's default. */
const EPS = 1e-5

interface Declared {
  readonly shape: Shape
  readonly init: Init
}

/** Tensors by their name under the adapter; `phm_rule` is shared by all adapters. */
export function tensorsOf({ width: C, inner, scaling, lnBefore, lnAfter, gated, phm, start }: BottleneckLayers): ReadonlyMap<string, Declared> {
  const found: [string, Declared][] = []
  const declare = (name: string, shape: Shape, init: Init): void => void found.push([name, { shape, init }])
  const norm = (name: string): void => {
    declare(`${name}.weight`, [C], ones)
    declare(`${name}.bias`, [C], zeros)
  }
  const layer = (name: string, from: number, to: number, init: Init): void => {
    if (phm) {
      const { dim: n, rank } = phm
      // Xavier's normal, block by block.
      declare(`${name}.W_left`, [n, from / n, rank], normal(Math.sqrt(2 / (from / n + rank))))
      declare(`${name}.W_right`, [n, rank, to / n], normal(Math.sqrt(2 / (rank + to / n))))
      declare(`${name}.b`, [to], zeros)
    } else {
      declare(`${name}.weight`, [to, from], init)
      declare(`${name}.bias`, [to], zeros)
    }
  }
  if (phm) declare('phm_rule', [phm.dim, phm.dim, phm.dim], normal(RULE_STD))
  if (lnBefore) norm('adapter_norm_before')
  layer(downName(lnBefore), C, inner, start === 'bert' ? normal(0.02) : { kind: 'uniform', bound: 1 / Math.sqrt(C) })
  layer('adapter_up', inner, C, start === 'bert' ? normal(0.02) : zeros)
  if (typeof scaling === 'string') declare('scaling', [scaling === 'learned' ? 1 : C], ones)
  if (lnAfter) norm('adapter_norm_after')
  if (gated) {
    declare('gate.weight', [1, C], GATE.weight)
    declare('gate.bias', [1], GATE.bias)
  }
  return new Map(found)
}

/** Behind a norm of its own, down is the second member of AdapterHub's sequence. */
const downName = (lnBefore: boolean): string => `adapter_down.${lnBefore ? 1 : 0}`

/** f(z) + addend, both (N, C). `keyOf` gives the key of a name of `tensorsOf`. */
export function bottleneck(site: SublayerSite, s: BottleneckLayers, keyOf: (name: string) => string, z: Tensor, addend: Tensor): Tensor {
  const { graph } = site
  const declared = tensorsOf(s)
  const param = (name: string): Tensor => site.param(keyOf(name), declared.get(name)!.shape, declared.get(name)!.init)
  const norm = (name: string, x: Tensor): Tensor => layerNorm(graph, { x, w: param(`${name}.weight`), b: param(`${name}.bias`) }, { eps: EPS }).y
  const layer = (name: string, x: Tensor, c?: Tensor): Tensor => {
    if (!s.phm) return matmul(graph, { a: x, b: param(`${name}.weight`), bias: param(`${name}.bias`), c }, { transA: false, transB: true, alpha: 1 }).y
    const h = hypercomplex(graph, param('phm_rule'), param(`${name}.W_left`), param(`${name}.W_right`))
    return matmul(graph, { a: x, b: h, bias: param(`${name}.b`), c }, { transA: false, transB: false, alpha: 1 }).y
  }
  const scaled = (x: Tensor): Tensor => {
    if (typeof s.scaling === 'number') return s.scaling === 1 ? x : site.scale(x, s.scaling)
    const factors = param('scaling')
    const all = s.scaling === 'channel' ? factors : graph.view(matmul(graph, { a: graph.view(factors, [1, 1]), b: graph.constant(`ones ${s.width}`, [1, s.width], new Float32Array(s.width).fill(1)) }, { transA: false, transB: false, alpha: 1 }).y, [s.width])
    return scaleColumns(graph, { x, factors: all }, {}).y
  }

  const narrow = layer(downName(s.lnBefore), s.lnBefore ? norm('adapter_norm_before', z) : z) // (N, inner)
  const shaped = activation(graph, { x: narrow }, { kind: s.activation }).y
  const plain = s.scaling === 1 && s.dropout === 0 && !s.gated && !s.lnAfter
  if (plain) return layer('adapter_up', shaped, addend)
  let y = site.dropout(scaled(layer('adapter_up', shaped)), s.dropout) // (N, C)
  if (s.gated) y = throughGate(site, y, gateOf(site, keyOf('gate'), z))
  const joined = (): Tensor => add(graph, { a: addend, b: y }, {}).y
  if (!s.lnAfter) return joined()
  if (s.residualBeforeLnAfter) return norm('adapter_norm_after', joined())
  y = norm('adapter_norm_after', y)
  return joined()
}
