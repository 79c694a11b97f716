// Rows that the norms are tested with: one and many, in whole fours and not, shorter and longer than a workgroup reads at once.
export const normShapes: readonly number[][] = [
  [17, 31],
  [200, 32],
  [17, 33],
  [200, 48],
  [1, 64],
  [3, 255],
  [17, 257],
  [200, 576],
  [300, 48],
  [259, 33],
  [3, 4100],
]

/** What a forward pass may have left, for a test of the backward pass alone. */
export const caseRstd = (rows: number) => ({ shape: [rows], fill: (i: number) => 0.8 + 0.4 * Math.sin(i) })
