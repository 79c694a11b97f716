// TensorFlow.js with its WebGPU backend: the same products and the same LoRA step, eager as it is, inside tidy.
// Its package registers no gradients by itself, and hands work to the GPU in its own time: `settle` makes it do so now.
import './nodeRequire.ts'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { rotaryTables, type LoraSpec, type NamedTensor } from '../loraSpec.ts'
import type { AttentionSize, Peer, Training, Work } from './peer.ts'

/** A lower-triangular mask to add to scores: 0 where a query sees a key. */
const causal = (length: number): tf.Tensor2D => tf.tidy(() => tf.sub(tf.linalg.bandPart(tf.ones([length, length]), -1, 0), 1).mul(1e9))

export async function openTfjs(): Promise<Peer> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('TensorFlow.js found no WebGPU adapter.')
  // The limits that its own start asks for. That start also asks for a feature in a way that Dawn in Node.js refuses.
  const { maxComputeWorkgroupStorageSize, maxComputeWorkgroupsPerDimension, maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupSizeX, maxComputeInvocationsPerWorkgroup } = adapter.limits
  const device = await adapter.requestDevice({
    requiredLimits: { maxComputeWorkgroupStorageSize, maxComputeWorkgroupsPerDimension, maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupSizeX, maxComputeInvocationsPerWorkgroup },
  })
  const backend = new WebGPUBackend(device, adapter.info)
  tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => backend)
  await tf.setBackend('webgpu')
  const settle = async (): Promise<void> => {
    backend.endComputePassEncoder()
    if (backend['commandEncoder']) backend.submitQueue()
    await device.queue.onSubmittedWorkDone()
  }
  const workOf = (inputs: readonly tf.Tensor[], compute: () => tf.Tensor): Work => ({
    async run(times) {
      for (let i = 0; i < times; i++) compute().dispose()
      await settle()
    },
    async result() {
      const y = compute()
      const values = (await y.data()) as Float32Array
      y.dispose()
      return values
    },
    dispose: () => tf.dispose([...inputs]),
  })
  return {
    name: 'tfjs',
    device,
    async matmul(M, K, N, a, b) {
      const [x, y] = [tf.tensor2d(a, [M, K]), tf.tensor2d(b, [K, N])]
      return workOf([x, y], () => tf.matMul(x, y))
    },
    async attention({ batch, heads, length, headSize }: AttentionSize, qkv, backward) {
      const [q, k, v] = qkv.map((x) => tf.tensor4d(x, [batch, length, heads, headSize]))
      const mask = causal(length)
      const turned = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 1, 3])
      const forward = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor => turned(attend(turned(q), turned(k), turned(v), mask, headSize))
      const gradients = tf.grads((q, k, v) => tf.sum(tf.square(forward(q, k, v))))
      return workOf([q, k, v, mask], () => tf.tidy(() => (backward ? tf.stack(gradients([q, k, v])) : forward(q, k, v))))
    },
    async loss({ rows, width, vocabulary }, hidden, head, targets) {
      const [h, w] = [tf.tensor2d(hidden, [rows, width]), tf.tensor2d(head, [vocabulary, width])]
      const wanted = tf.tidy(() => tf.oneHot(tf.tensor1d(targets, 'int32'), vocabulary).toFloat())
      const gradient = tf.grad((x) => tf.losses.softmaxCrossEntropy(wanted, tf.matMul(x as tf.Tensor2D, w, false, true)))
      return workOf([h, w, wanted], () => tf.tidy(() => gradient(h)))
    },
    train,
  }
}

function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask: tf.Tensor, headSize: number): tf.Tensor {
  return tf.matMul(tf.softmax(tf.matMul(q, k, false, true).mul(1 / Math.sqrt(headSize)).add(mask)), v)
}

async function train({ batch: { B, T, tokens, targets }, adamw, scale, layers, heads, keyValueHeads, width, vocabulary, theta, eps, ...spec }: LoraSpec): Promise<Training> {
  if (keyValueHeads !== heads) throw new Error('TensorFlow.js is given models without grouped heads only.')
  const headSize = width / heads
  const tensor = ({ data, shape }: NamedTensor): tf.Tensor => tf.tensor(data, [...shape])
  const base = new Map([...spec.weights].map(([name, t]) => [name, tensor(t)]))
  const tables = rotaryTables(T, headSize, theta)
  const [cos, sin] = [tables.cos, tables.sin].map((t) => tf.tensor4d(t, [1, 1, T, headSize]))
  const mask = causal(T)
  const ids = tf.tensor1d(tokens, 'int32')
  const wanted = tf.tidy(() => tf.oneHot(tf.tensor1d(targets, 'int32'), vocabulary).toFloat())
  const paths = [...spec.adapters.keys()]
  let values = [...spec.adapters.values()].flatMap(({ a, b }) => [tensor(a), tensor(b)])
  let [m, v] = [0, 1].map(() => values.map((t) => tf.zerosLike(t)))

  const norm = (x: tf.Tensor, weight: tf.Tensor): tf.Tensor => x.mul(tf.rsqrt(tf.mean(tf.square(x), -1, true).add(eps))).mul(weight)
  const turn = (x: tf.Tensor): tf.Tensor => {
    const [low, high] = tf.split(x, 2, -1)
    return x.mul(cos).add(tf.concat([tf.neg(high), low], -1).mul(sin))
  }
  const lossOf = (...adapters: tf.Tensor[]): tf.Scalar => {
    const linear = (path: string, x: tf.Tensor): tf.Tensor => {
      const y = tf.matMul(x, base.get(`${path}.weight`)!, false, true)
      const at = paths.indexOf(path)
      return at < 0 ? y : y.add(tf.matMul(tf.matMul(x, adapters[2 * at], false, true), adapters[2 * at + 1], false, true).mul(scale))
    }
    let h = tf.gather(base.get('model.embed_tokens.weight')!, ids)
    for (let layer = 0; layer < layers; layer++) {
      const at = `model.layers.${layer}`
      const x = norm(h, base.get(`${at}.input_layernorm.weight`)!)
      const [q, k, value] = ['q_proj', 'k_proj', 'v_proj'].map((name) => tf.transpose(linear(`${at}.self_attn.${name}`, x).reshape([B, T, heads, headSize]), [0, 2, 1, 3]))
      const mixed = tf.transpose(attend(turn(q), turn(k), value, mask, headSize), [0, 2, 1, 3]).reshape([B * T, width])
      h = h.add(linear(`${at}.self_attn.o_proj`, mixed))
      const y = norm(h, base.get(`${at}.post_attention_layernorm.weight`)!)
      const gate = linear(`${at}.mlp.gate_proj`, y)
      h = h.add(linear(`${at}.mlp.down_proj`, gate.mul(tf.sigmoid(gate)).mul(linear(`${at}.mlp.up_proj`, y))))
    }
    return tf.losses.softmaxCrossEntropy(wanted, linear('lm_head', norm(h, base.get('model.norm.weight')!)))
  }
  const learn = tf.valueAndGrads(lossOf)
  let count = 0
  return {
    async step() {
      count++
      const [fix1, fix2] = [1 / (1 - adamw.beta1 ** count), 1 / Math.sqrt(1 - adamw.beta2 ** count)]
      const next = tf.tidy(() => {
        const { value, grads } = learn(values)
        const length = tf.sqrt(grads.map((g) => tf.sum(tf.square(g))).reduce((a, b) => a.add(b)))
        const clip = tf.minimum(tf.div(adamw.maxNorm, length.add(1e-6)), 1)
        const clipped = grads.map((g) => g.mul(clip))
        const m1 = m.map((t, i) => t.mul(adamw.beta1).add(clipped[i].mul(1 - adamw.beta1)))
        const v1 = v.map((t, i) => t.mul(adamw.beta2).add(tf.square(clipped[i]).mul(1 - adamw.beta2)))
        const moved = values.map((t, i) => t.mul(1 - adamw.rate * adamw.decay).sub(m1[i].mul(adamw.rate * fix1).div(tf.sqrt(v1[i]).mul(fix2).add(adamw.eps))))
        return { value, moved, m1, v1 }
      })
      tf.dispose([...values, ...m, ...v])
      ;[values, m, v] = [next.moved, next.m1, next.v1]
      // Everything was encoded before, so what the loss waits for includes the update.
      const [loss] = await next.value.data()
      next.value.dispose()
      return loss
    },
    dispose: () => tf.dispose([...values, ...m, ...v, ...base.values(), cos, sin, mask, ids, wanted]),
  }
}
