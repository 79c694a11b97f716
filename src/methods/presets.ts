// Lists of methods that are known under one name.
import type { MethodPreset } from '../protocol/methods.ts'

export const presets: readonly MethodPreset[] = [
  {
    id: 'mam',
    label: 'MAM',
    summary: 'Mix-and-match: a short prefix in front of attention and a wide adapter beside the feed-forward part.',
    paper: 'https://arxiv.org/abs/2110.04366',
    methods: [
      { id: 'prefix_tuning', options: { prefix_projection: true } },
      { id: 'bottleneck', options: { architecture: 'par_bn' } },
    ],
    defaultLearningRate: 1e-3,
  },
]
