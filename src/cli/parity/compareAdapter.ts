// What a run would save, where the method makes something else of its tensors, against what PEFT saved after the same steps.
import type { Attachment, ReadParam } from '../../methods/method.ts'
import { product } from '../../lib/matrix.ts'
import type { Layout } from '../../train/layout.ts'
import { compare, type Comparison } from './compare.ts'
import type { GoldenCase, Noise, Stored } from './readCase.ts'

type Saved = ReturnType<NonNullable<Attachment['saved']>>

/**
 * A start from the base's weights, saved as an ordinary LoRA: the signs of singular vectors are anyone's choice, so products
 * are compared.
 */
function comparePlain({ json, plainAdapter }: GoldenCase, saved: Saved): Map<string, Comparison> {
  const compared = new Map<string, Comparison>()
  const noise = Object.values((json.f32_noise['final'] ?? {}) as Readonly<Record<string, Noise>>)
  const relative = Math.max(0, ...noise.map((n) => n[1]))
  const times = (tensor: (key: string) => Pick<Stored, 'shape' | 'data'>, key: string): Float64Array => {
    const [a, b] = [tensor(key), tensor(key.replace('lora_A', 'lora_B'))]
    return product(Float64Array.from(b.data), Float64Array.from(a.data), b.shape[0], b.shape[1], a.shape[1])
  }
  for (const key of [...plainAdapter.keys()].filter((k) => k.endsWith('lora_A.weight'))) {
    const theirs = times((k) => plainAdapter.get(k)!, key)
    // What was learned is a small difference of two products, each as noisy as both of its factors.
    const largest = times((k) => trainedHalf(plainAdapter.get(k)!, k), key).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    compared.set(key, compare(times((k) => saved.get(k)!, key), theirs, [2 * relative * largest, relative]))
  }
  return compared
}

/** The rows of A, or the columns of B, that were trained: the first half. */
function trainedHalf({ shape: [rows, columns], data }: Pick<Stored, 'shape' | 'data'>, key: string): Pick<Stored, 'shape' | 'data'> {
  if (key.includes('lora_A')) return { shape: [rows / 2, columns], data: data.slice(0, data.length / 2) }
  return { shape: [rows, columns / 2], data: Float32Array.from({ length: data.length / 2 }, (_, i) => data[Math.floor(i / (columns / 2)) * columns + (i % (columns / 2))]) }
}

/** Every tensor of PEFT's file, and `rank_pattern` of its config; a key of ours that it lacks is beyond any tolerance. */
export function compareAdapter(golden: GoldenCase, attachment: Attachment, read: ReadParam, layout: Layout): Map<string, Comparison> {
  const { json, adapterTensors, adapterConfig, plainAdapter } = golden
  const compared = new Map<string, Comparison>()
  const saved = attachment.saved?.(read, [...layout.windows.keys()], (key) => layout.windows.get(key)!.shape)
  if (!saved || adapterTensors.size === 0) return compared
  if (plainAdapter.size > 0) return comparePlain(golden, saved)
  const different: Comparison = { error: Number.POSITIVE_INFINITY, share: Number.POSITIVE_INFINITY }
  const noise = (json.f32_noise['final'] ?? {}) as Readonly<Record<string, Noise>>
  // What was computed from trained tensors is at least as noisy as they are.
  const relative = Math.max(0, ...Object.values(noise).map((n) => n[1]))
  for (const [key, { shape, data }] of adapterTensors) {
    // What PEFT's wrapper keeps of the base.
    if (key.includes('.original_module.')) continue
    const ours = saved.get(key)
    const largest = (data as Float32Array).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    compared.set(key, ours?.shape.join() === shape.join() ? compare(ours.data, data, noise[key] ?? [relative * largest, relative]) : different)
  }
  for (const key of saved.keys()) if (!adapterTensors.has(key)) compared.set(key, different)
  const pattern = attachment.adapterConfig?.('', { steps: json.hyperparameters!.steps, read })['rank_pattern'] ?? null
  const sorted = (value: unknown): string => JSON.stringify(Object.entries(value ?? {}).toSorted())
  if (sorted(pattern) !== sorted(adapterConfig?.['rank_pattern'])) compared.set('rank_pattern', different)
  return compared
}
