// What a run would save, where the method makes something else of its tensors, against what PEFT saved after the same steps.
import type { Attachment, ReadParam } from '../../methods/method.ts'
import { compare, type Comparison } from './compare.ts'
import type { GoldenCase, Noise } from './readCase.ts'

/** Every tensor of PEFT's file, and `rank_pattern` of its config; a key of ours that it lacks is beyond any tolerance. */
export function compareAdapter({ json, adapterTensors, adapterConfig }: GoldenCase, attachment: Attachment, read: ReadParam, keys: readonly string[]): Map<string, Comparison> {
  const compared = new Map<string, Comparison>()
  const saved = attachment.saved?.(read, keys)
  if (!saved || adapterTensors.size === 0) return compared
  const different: Comparison = { error: Number.POSITIVE_INFINITY, share: Number.POSITIVE_INFINITY }
  const noise = (json.f32_noise['final'] ?? {}) as Readonly<Record<string, Noise>>
  // What was computed from trained tensors is at least as noisy as they are.
  const relative = Math.max(0, ...Object.values(noise).map((n) => n[1]))
  for (const [key, { shape, data }] of adapterTensors) {
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
