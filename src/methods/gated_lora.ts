// LoRA whose update passes a gate: y = base(x) + σ(x w + b) · s · B(A(dropout(x))), s = lora_alpha / r, a gate for each token.
// LoRA: https://arxiv.org/abs/2106.09685, the gate: https://arxiv.org/abs/2110.07577 (UniPELT). No library has a type for it,
// and it cannot be merged, because what is added depends on the token.
import { matmul } from '../ops/matmul.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { gateOf, throughGate } from './gate.ts'
import type { Method } from './method.ts'
import { linearTargets } from './targets.ts'

const options = {
  r: { kind: 'number', default: 8, min: 1, max: 1024, integer: true, label: 'Rank r', help: 'Width of the low-rank update.' },
  lora_alpha: { kind: 'number', default: 16, min: 0.001, max: 4096, label: 'lora_alpha', help: 'Strength of the update: it is scaled by lora_alpha / r.' },
  lora_dropout: { kind: 'number', default: 0, min: 0, max: 0.9, label: 'lora_dropout', help: 'Share of the inputs of the update that is zeroed at each step, against overfitting.' },
  target_modules: { kind: 'list', default: ['all-linear'], suggest: 'linear-layers', label: 'target_modules', help: 'Which layers get an update; all-linear is every linear layer but the head.' },
} as const satisfies OptionSpecs

const PREFIX = 'base_model.model.'

export const method: Method = {
  id: 'gated_lora',
  label: 'Gated LoRA',
  order: 3,
  group: 'Low rank',
  summary: 'LoRA that learns for each token how much of its update to let in; a part of UniPELT.',
  paper: 'https://arxiv.org/abs/2110.07577',
  options,
  defaultLearningRate: 1e-3,
  startsAsBase: true,
  attach(given, model) {
    const [r, alpha, dropout] = [given['r'], given['lora_alpha'], given['lora_dropout']].map(Number)
    const names = given['target_modules'] as readonly string[]
    const targets = linearTargets({ targets: names.includes('all-linear') ? 'all-linear' : names }, model)
    const scaling = alpha / r
    return {
      linear(site, x, base) {
        if (!targets.has(site.path)) return base(x)
        const { graph } = site
        const at = `${PREFIX}${site.path}`
        const a = site.param(`${at}.lora_A.weight`, [r, site.in], { kind: 'uniform', bound: 1 / Math.sqrt(site.in) })
        const b = site.param(`${at}.lora_B.weight`, [site.out, r], { kind: 'zeros' })
        const narrow = matmul(graph, { a: site.dropout(x, dropout), b: a }, { transA: false, transB: true, alpha: 1 }).y // (N, r)
        const gated = throughGate(site, narrow, gateOf(site, `${at}.lora_gate`, x))
        return matmul(graph, { a: site.weigh?.(gated) ?? gated, b, c: base(x) }, { transA: false, transB: true, alpha: scaling }).y // (N, out)
      },
      ownConfig: () => ({ type: 'gated_lora', scaling: Object.fromEntries([...targets].map((path) => [path, scaling])) }),
    }
  },
}
