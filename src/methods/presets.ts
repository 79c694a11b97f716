// Lists of methods that are known under one name. A preset is data: choosing one fills the recipe's list.
import type { MethodPreset } from '../protocol/methods.ts'

export const presets: readonly MethodPreset[] = [
  {
    id: 'mam',
    label: 'MAM',
    summary: 'Mix-and-match: a short prefix in front of attention and a wide adapter beside the feed-forward part.',
    paper: 'https://arxiv.org/abs/2110.04366',
    methods: [
      { id: 'prefix_tuning', options: { num_virtual_tokens: 30, prefix_projection: true } },
      { id: 'bottleneck', options: { architecture: 'par_bn', reduction_factor: 2 } },
    ],
    defaultLearningRate: 1e-3,
  },
  {
    id: 'unipelt',
    label: 'UniPELT',
    summary: 'LoRA on queries and values, a prefix and Pfeiffer adapters, each behind a gate that learns where it helps.',
    paper: 'https://arxiv.org/abs/2110.07577',
    methods: [
      { id: 'gated_lora', options: {} },
      { id: 'prefix_tuning', options: { num_virtual_tokens: 10, use_gating: true } },
      { id: 'bottleneck', options: { architecture: 'seq_bn', reduction_factor: 16, use_gating: true } },
    ],
    defaultLearningRate: 2e-3,
  },
]
