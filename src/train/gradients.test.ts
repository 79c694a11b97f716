import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { sizeOf } from '../graph/shape.ts'
import { normal } from '../lib/rng.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { outline } from './census.ts'
import { PLAIN, type Objective } from './objective.ts'
import { traceStep } from './step.ts'
import { testSubject } from './testSubject.ts'

const STEP = 1e-5
const shape = { batch: 2, length: 4, rows: 64 }
const SCALE = 0.25

/** Every way a gradient takes: low rank on all layers, on embedding and head, with dropout, and the base itself. */
const methods: readonly { readonly name: string; readonly of: readonly MethodChoice[]; readonly samples: number; readonly objective?: Objective }[] = [
  { name: 'LoRA', of: [{ id: 'lora', options: { r: 2, lora_alpha: 2, lora_dropout: 0.3 } }], samples: 120 },
  { name: 'full tuning', of: [{ id: 'full', options: {} }], samples: 200 },
  { name: 'LoRA and smoothed targets', of: [{ id: 'lora', options: { r: 2 } }], samples: 20, objective: { ...PLAIN, labelSmoothing: 0.1 } },
  {
    name: 'gated adapters between norms',
    of: [{ id: 'bottleneck', options: { architecture: 'double_seq_bn', reduction_factor: 2, ln_before: true, ln_after: true, use_gating: true, learned_scaling: 'channel', dropout: 0.3 } }],
    samples: 100,
  },
  {
    name: 'adapters of one learned strength that add the stream twice',
    of: [{ id: 'bottleneck', options: { reduction_factor: 2, non_linearity: 'tanh', learned_scaling: 'learned', residual_before_ln: false, ln_after: true, adapter_residual_before_ln: true } }],
    samples: 60,
  },
  { name: 'gated LoRA beside a gated prefix', of: [{ id: 'gated_lora', options: { r: 2, lora_alpha: 1 } }, { id: 'prefix_tuning', options: { num_virtual_tokens: 2, use_gating: true } }], samples: 120 },
  { name: 'a prefix through a network, some of it dropped', of: [{ id: 'prefix_tuning', options: { num_virtual_tokens: 2, prefix_projection: true, encoder_hidden_size: 4, dropout: 0.3 } }], samples: 60 },
  { name: 'AdaLoRA', of: [{ id: 'adalora', options: { init_r: 3, target_r: 2, lora_alpha: 3, lora_dropout: 0.3 } }], samples: 100 },
  { name: 'LoHa', of: [{ id: 'loha', options: { r: 2, alpha: 2, rank_dropout: 0.3 } }], samples: 100 },
  { name: 'LoKr', of: [{ id: 'lokr', options: { r: 1, alpha: 1, decompose_factor: 2 } }], samples: 80 },
  { name: 'LoKr of two thin factors', of: [{ id: 'lokr', options: { r: 1, alpha: 1, decompose_factor: 4, decompose_both: true } }], samples: 60 },
  { name: 'LoRA from the leading part', of: [{ id: 'lora', options: { r: 2, lora_alpha: 2, init_lora_weights: 'pissa', lora_dropout: 0.3 } }], samples: 60 },
  { name: 'Compacter', of: [{ id: 'compacter', options: { reduction_factor: 2, phm_dim: 2, phm_rank: 2 } }], samples: 80 },
  { name: 'a hypernetwork', of: [{ id: 'hypernetwork', options: { r: 2, lora_alpha: 2, task_embedding_dim: 6, hidden_size: 8, lora_dropout: 0.3 } }], samples: 60 },
  { name: 'noise on the embeddings it trains', of: [{ id: 'full', options: {} }], samples: 40, objective: { ...PLAIN, neftuneNoise: 20 } },
  { name: 'LoRA pulled to the base', of: [{ id: 'lora', options: { r: 2, lora_alpha: 2 } }], samples: 40, objective: { ...PLAIN, klToBase: 0.7 } },
  { name: 'full tuning pulled to the base', of: [{ id: 'full', options: {} }], samples: 40, objective: { ...PLAIN, klToBase: 0.7, labelSmoothing: 0.1 } },
  { name: 'LoRA, all but the stream computed again', of: [{ id: 'lora', options: { r: 2, lora_alpha: 2, lora_dropout: 0.3 } }], samples: 60, objective: { ...PLAIN, checkpointing: 'full' } },
  { name: 'LoRA, light values computed again', of: [{ id: 'lora', options: { r: 2, lora_alpha: 2, lora_dropout: 0.3 } }], samples: 60, objective: { ...PLAIN, checkpointing: 'selective', klToBase: 0.7 } },
  {
    name: 'adapters and a prefix, all but the stream computed again',
    of: [{ id: 'prefix_tuning', options: { num_virtual_tokens: 2, dropout: 0.3 } }, { id: 'bottleneck', options: { architecture: 'double_seq_bn', reduction_factor: 2, ln_after: true } }],
    samples: 60,
    objective: { ...PLAIN, checkpointing: 'full', klToBase: 0.7 },
  },
  { name: 'full tuning, all but the stream computed again', of: [{ id: 'full', options: {} }], samples: 100, objective: { ...PLAIN, checkpointing: 'full', neftuneNoise: 20 } },
  { name: 'a prefix pulled to the base', of: [{ id: 'prefix_tuning', options: { num_virtual_tokens: 2 } }], samples: 20, objective: { ...PLAIN, klToBase: 0.7 } },
]

describe.each(['llama', 'qwen2', 'gpt2'])('the whole %s step, in double precision', (modelType) => {
  for (const { name, of, samples, objective } of methods) {
    it(`has the gradient that central differences say, with ${name}`, () => {
      const subject = testSubject(modelType, of, { num_hidden_layers: 2, n_layer: 2, tie_word_embeddings: true })
      const { graph, loss, reached } = traceStep(subject, shape, true, objective)
      const { length, windows } = subject.layout
      const places = shape.batch * shape.length
      const fill = (n: number, at: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => at(i))

      const sources = new Map<string, ArrayLike<number>>([
        ['tokens', fill(places, (i) => (i * 7 + 3) % 11)],
        ['positions', fill(places, (i) => i % shape.length)],
        // The second row holds two sequences and a padded place.
        ['segments', Int32Array.of(0, 0, 0, 0, 0, 0, 1, -1)],
        // Two virtual tokens before each row, where a method brings them.
        ['key segments', Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1)],
        ['rows', fill(shape.rows, (i) => [0, 1, 2, 4, 6][i] ?? -1)],
        ['targets', fill(shape.rows, (i) => [5, 10, 0, 3, 7][i] ?? -100)],
        ['loss scale', [SCALE]],
        ['seed', [3, 9]],
        ['task', [0]],
        ['gradient', new Float64Array(length)],
      ])
      for (const name of ['positions', 'segments', 'rows']) sources.set(`base ${name}`, sources.get(name)!)
      for (const [k, w] of outline(subject.family, subject.config).manifest.entries())
        sources.set(
          w.name,
          fill(sizeOf(w.shape), (i) => (w.shape.length === 1 ? 1 : 0) + 0.4 * normal(5, k, i)),
        )
      const values = new Float64Array(length)
      for (const w of windows.values())
        for (let i = 0; i < w.size; i++) values[w.offset + i] = (w.decays ? 0 : 1) + 0.4 * normal(6, w.offset, i)
      sources.set('values', values)

      expect([...reached].toSorted()).toEqual([...windows.values()].filter((w) => !w.frozen).map((w) => w.key).toSorted())
      const exact = interpret(graph, sources)(graph.sources.find((t) => t.name === 'gradient')!)
      // Only the loss is asked for: the backward nodes need not run again.
      const forward = traceStep(subject, shape, true, objective)
      const until = forward.graph.nodes.findIndex((n) => Object.values(n.outputs).includes(forward.loss))
      forward.graph.nodes.length = until + 1
      const scaledLoss = (at: number, by: number): number =>
        SCALE * interpret(forward.graph, new Map(sources).set('values', values.with(at, values[at] + by)))(forward.loss)[0]

      expect(interpret(graph, sources)(loss)[0] * SCALE).toBe(scaledLoss(0, 0))
      const scale = Math.max(...Array.from(exact, Math.abs))
      expect(scale).toBeGreaterThan(0.01)
      const each = Math.max(1, Math.floor([...windows.values()].reduce((n, w) => n + w.size, 0) / samples))
      let worst = { error: 0, at: '' }
      for (const w of windows.values())
        for (let i = 0; i < w.size && !w.frozen; i += each) {
          const at = w.offset + i
          const numeric = (scaledLoss(at, STEP) - scaledLoss(at, -STEP)) / (2 * STEP)
          const error = Math.abs(numeric - exact[at]) / scale
          if (!(error <= worst.error)) worst = { error, at: `${w.key}[${i}] is ${exact[at]}, differences say ${numeric}` }
        }
      expect(worst.error, worst.at).toBeLessThan(1e-8)
    })
  }
})
