// jax-js on the WebGPU of this process: the same products and the same LoRA step, whole steps under jit as its guide advises.
// Every argument is consumed by a call; `.ref` keeps it. Results are lazy until asked for.
import * as jax from '@jax-js/jax'
import { rotaryTables, type LoraSpec, type NamedTensor } from '../loraSpec.ts'
import { addIteratorMethods } from './iteratorMethods.ts'
import type { AttentionSize, LossSize, Peer, Training, Work } from './peer.ts'

const { numpy: np, nn, tree } = jax
type Array = jax.Array
type Adapter = { a: Array; b: Array }
type Adapters = Record<string, Adapter>
type Base = Record<string, Array>

export async function openJaxJs(): Promise<Peer> {
  addIteratorMethods()
  const found = await jax.init('webgpu')
  if (!found.includes('webgpu')) throw new Error('jax-js found no WebGPU adapter.')
  jax.defaultDevice('webgpu')
  return { name: 'jax-js', device: jax.getWebGPUDevice(), matmul, attention, loss, train }
}

const arrayOf = (data: Float32Array<ArrayBuffer>, shape: readonly number[]): Array => np.array(data).reshape([...shape])

/** A function of arrays that stay, timed without waiting between its runs. */
function workOf(inputs: readonly Array[], compute: (...inputs: Array[]) => Array): Work {
  return {
    async run(times) {
      const results = Array.from({ length: times }, () => compute(...inputs.map((x) => x.ref)))
      await jax.blockUntilReady(results)
      for (const y of results) y.dispose()
    },
    result: async () => (await compute(...inputs.map((x) => x.ref)).data()) as Float32Array,
    dispose: () => inputs.forEach((x) => x.dispose()),
  }
}

async function matmul(M: number, K: number, N: number, a: Float32Array<ArrayBuffer>, b: Float32Array<ArrayBuffer>): Promise<Work> {
  return workOf([arrayOf(a, [M, K]), arrayOf(b, [K, N])], (x, y) => np.matmul(x, y))
}

async function attention({ batch, heads, length, headSize }: AttentionSize, qkv: readonly Float32Array<ArrayBuffer>[], backward: boolean): Promise<Work> {
  const inputs = qkv.map((x) => arrayOf(x, [batch, length, heads, headSize]))
  const forward = (q: Array, k: Array, v: Array): Array => nn.dotProductAttention(q, k, v, { isCausal: true })
  const whole = jax.jit(forward)
  const gradients = jax.jit(jax.grad((q: Array, k: Array, v: Array): Array => np.sum(np.square(forward(q, k, v))), { argnums: [0, 1, 2] }))
  return workOf(inputs, backward ? (q, k, v) => {
    const [dq, dk, dv] = gradients(q, k, v)
    return np.stack([dq, dk, dv])
  } : whole)
}

async function loss({ rows, width, vocabulary }: LossSize, hidden: Float32Array<ArrayBuffer>, head: Float32Array<ArrayBuffer>, targets: Int32Array<ArrayBuffer>): Promise<Work> {
  const mean = (h: Array, w: Array, wanted: Array): Array => np.mean(np.sum(nn.logSoftmax(np.matmul(h, np.transpose(w)), -1).mul(nn.oneHot(wanted, vocabulary)), -1)).neg()
  return workOf([arrayOf(hidden, [rows, width]), arrayOf(head, [vocabulary, width]), np.array(targets, { dtype: np.int32 })], jax.jit(jax.grad(mean)))
}

async function train(spec: LoraSpec): Promise<Training> {
  const { batch, adamw, scale, layers, heads, keyValueHeads, width, vocabulary, theta, eps } = spec
  const { B, T } = batch
  const headSize = width / heads
  const matrix = ({ data, shape: [rows, columns] }: NamedTensor): Array => np.array(turned(data, rows, columns)).reshape([columns, rows])
  const base: Base = {}
  for (const [name, t] of spec.weights) base[name] = t.shape.length === 1 ? np.array(t.data) : name.includes('embed_tokens') ? arrayOf(t.data, t.shape) : matrix(t)
  const rotary = rotaryTables(T, headSize, theta)
  base['cos'] = arrayOf(rotary.cos, [1, T, 1, headSize])
  base['sin'] = arrayOf(rotary.sin, [1, T, 1, headSize])
  const tokens = np.array(batch.tokens, { dtype: np.int32 })
  const targets = np.array(batch.targets, { dtype: np.int32 })

  const norm = (x: Array, weight: Array): Array => {
    const variance = np.mean(np.square(x.ref), -1, { keepdims: true })
    return x.div(np.sqrt(variance.add(eps))).mul(weight)
  }
  const turn = (x: Array, w: Base): Array => {
    const [low, high] = np.split(x.ref, 2, -1)
    return x.mul(w['cos'].ref).add(np.concatenate([high.neg(), low], -1).mul(w['sin'].ref))
  }
  const linear = (path: string, x: Array, w: Base, adapters: Adapters): Array => {
    const adapter = adapters[path]
    const y = np.matmul(adapter ? x.ref : x, w[`${path}.weight`].ref)
    return adapter ? y.add(np.matmul(np.matmul(x, adapter.a.ref), adapter.b.ref).mul(scale)) : y
  }
  const lossOf = (adapters: Adapters, w: Base, ids: Array, wanted: Array): Array => {
    let h = np.take(w['model.embed_tokens.weight'].ref, ids, 0)
    for (let layer = 0; layer < layers; layer++) {
      const at = `model.layers.${layer}`
      const x = norm(h.ref, w[`${at}.input_layernorm.weight`].ref)
      const head = (name: string, count: number): Array => linear(`${at}.self_attn.${name}`, x.ref, w, adapters).reshape([B, T, count, headSize])
      const q = turn(head('q_proj', heads), w)
      const k = turn(head('k_proj', keyValueHeads), w)
      const v = head('v_proj', keyValueHeads)
      x.dispose()
      const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([B * T, width])
      h = h.add(linear(`${at}.self_attn.o_proj`, mixed, w, adapters))
      const y = norm(h.ref, w[`${at}.post_attention_layernorm.weight`].ref)
      const gate = nn.silu(linear(`${at}.mlp.gate_proj`, y.ref, w, adapters))
      const inner = gate.mul(linear(`${at}.mlp.up_proj`, y, w, adapters))
      h = h.add(linear(`${at}.mlp.down_proj`, inner, w, adapters))
    }
    const logits = linear('lm_head', norm(h, w['model.norm.weight'].ref), w, adapters)
    tree.dispose(adapters)
    tree.dispose(w)
    return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(nn.oneHot(wanted, vocabulary)), -1)).neg()
  }

  const step = jax.jit((adapters: Adapters, m: Adapters, v: Adapters, fix1: Array, fix2: Array, w: Base, ids: Array, wanted: Array) => {
    const [loss, gradients] = jax.valueAndGrad(lossOf)(tree.ref(adapters), w, ids, wanted)
    const squares = tree.leaves(tree.map((g: Array) => np.sum(np.square(g.ref)), gradients) as Adapters) as Array[]
    const length = np.sqrt(squares.reduce((a, b) => a.add(b)))
    const clip = np.minimum(np.reciprocal(length.add(1e-6)).mul(adamw.maxNorm), 1)
    const next: { adapters: Adapters; m: Adapters; v: Adapters } = { adapters: {}, m: {}, v: {} }
    for (const [path, old] of Object.entries(adapters)) {
      const parts = { value: {} as Adapter, m: {} as Adapter, v: {} as Adapter }
      for (const side of ['a', 'b'] as const) {
        const g = gradients[path][side].mul(clip.ref)
        const m1 = m[path][side].mul(adamw.beta1).add(g.ref.mul(1 - adamw.beta1))
        const v1 = v[path][side].mul(adamw.beta2).add(np.square(g).mul(1 - adamw.beta2))
        const change = m1.ref.mul(fix1.ref).div(np.sqrt(v1.ref).mul(fix2.ref).add(adamw.eps))
        parts.value[side] = old[side].mul(1 - adamw.rate * adamw.decay).sub(change.mul(adamw.rate))
        parts.m[side] = m1
        parts.v[side] = v1
      }
      next.adapters[path] = parts.value
      next.m[path] = parts.m
      next.v[path] = parts.v
    }
    for (const x of [clip, fix1, fix2]) x.dispose()
    return { ...next, loss }
  })

  const zeros = (): Adapters => Object.fromEntries([...spec.adapters].map(([path, { a, b }]) => [path, { a: np.zeros(a.shape.toReversed()), b: np.zeros(b.shape.toReversed()) }]))
  let state = { adapters: Object.fromEntries([...spec.adapters].map(([path, { a, b }]) => [path, { a: matrix(a), b: matrix(b) }])) as Adapters, m: zeros(), v: zeros() }
  let count = 0
  return {
    async step() {
      count++
      const fix = [1 / (1 - adamw.beta1 ** count), 1 / Math.sqrt(1 - adamw.beta2 ** count)].map((x) => np.array([x]))
      const { loss, ...next } = step(state.adapters, state.m, state.v, fix[0], fix[1], tree.ref(base), tokens.ref, targets.ref)
      state = next
      await jax.blockUntilReady(next)
      return (await loss.data())[0]
    },
    dispose() {
      tree.dispose(state)
      tree.dispose(base)
      tokens.dispose()
      targets.dispose()
      step.dispose()
    },
  }
}

/** The transpose of a matrix of so many rows and columns. */
function turned(x: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const y = new Float32Array(x.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) y[c * rows + r] = x[r * columns + c]
  return y
}
