// The products that are timed: square ones, and those of a training step of two models.
export interface MatmulShape {
  readonly of: string
  readonly M: number
  readonly K: number
  readonly N: number
}

/** @param rows tokens of the models' steps @param headRows of them that are trained at once: the head's products are the largest */
export function matmulShapes(rows: number, headRows: number): MatmulShape[] {
  const at = (of: string, M: number, K: number, N: number): MatmulShape => ({ of, M, K, N })
  return [
    ...[256, 512, 1024].map((n) => at('square', n, n, n)),
    at('SmolLM2-135M gate, up', 512, 576, 1536),
    at('SmolLM2-135M q, o', rows, 576, 576),
    at('SmolLM2-135M k, v', rows, 576, 192),
    at('SmolLM2-135M down', rows, 1536, 576),
    at('SmolLM2-135M head', headRows, 576, 49_152),
    at('Qwen2.5-0.5B q, o', rows, 896, 896),
    at('Qwen2.5-0.5B k, v', rows, 896, 128),
    at('Qwen2.5-0.5B gate, up', rows, 896, 4864),
    at('Qwen2.5-0.5B down', rows, 4864, 896),
    at('Qwen2.5-0.5B head', headRows, 896, 151_936),
  ]
}

export const matmulFlops = ({ M, K, N }: MatmulShape): number => 2 * M * K * N
