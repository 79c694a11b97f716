// The two codebooks of 4-bit weights as bitsandbytes has them: https://arxiv.org/abs/2305.14314, appendix E.

const { fround } = Math

/** NF4: quantiles of a normal distribution, symmetric but for one more value above zero, between −1 and 1. */
export const nf4Values: readonly number[] = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
  0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
]

/**
 * The dynamic 8-bit type for the scales of a double quantisation (https://arxiv.org/abs/2110.02861, §2.1): a sign, a decimal
 * exponent 10⁻⁶ to 10⁰, and under each exponent twice as many evenly spaced fractions between 0.1 and 1 as under the one
 * below; 0 and 1 besides. 256 values, ascending.
 */
export const dynamicValues: readonly number[] = (() => {
  const found = [0, 1]
  for (let e = 0; e < 7; e++) {
    const count = 2 ** e
    for (let i = 0; i < count; i++) {
      const value = fround(10 ** (e - 6) * (0.1 + (0.9 * (i + 0.5)) / count))
      found.push(value, -value)
    }
  }
  return found.sort((a, b) => a - b)
})()
