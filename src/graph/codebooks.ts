// The two codebooks of 4-bit weights as bitsandbytes has them: https://arxiv.org/abs/2305.14314, appendix E.

const { fround } = Math

/** NF4: quantiles of a normal distribution, symmetric but for one more value above zero, between −1 and 1. */
export const nf4Values: readonly number[] = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
  0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
]

/** Where one code ends and the next begins, the midpoints as bitsandbytes writes them out. */
export const nf4Ends: readonly number[] = [
  -0.8480964004993439, -0.6106329262256622, -0.4599952697753906, -0.33967943489551544, -0.23460740596055984, -0.13791173323988914, -0.045525018125772476, 0.03979014977812767,
  0.1202552504837513, 0.2035212516784668, 0.2920137718319893, 0.3893125355243683, 0.5016634166240692, 0.6427869200706482, 0.8614784181118011,
].map(fround)

/**
 * The dynamic 8-bit type for the scales of a double quantisation (https://arxiv.org/abs/2110.02861, §2.1): a sign, a decimal
 * exponent 10⁻⁶ to 10⁰, and under each exponent twice as many evenly spaced fractions between 0.1 and 1 as under the one
 * below; 0 and 1 besides. 256 values, ascending, rounded on the way as torch.linspace rounds.
 */
export const dynamicValues: readonly number[] = (() => {
  const [low, high] = [fround(0.1), 1]
  const found = [0, 1]
  for (let e = 0; e < 7; e++) {
    const count = 2 ** e
    const step = fround(fround(high - low) / count)
    const end = (i: number): number => (2 * i < count + 1 ? fround(low + step * i) : fround(high - step * (count - i)))
    for (let i = 0; i < count; i++) {
      const value = fround(fround(10 ** (e - 6)) * fround(fround(end(i) + end(i + 1)) / 2))
      found.push(value, -value)
    }
  }
  return found.sort((a, b) => a - b)
})()

/** The same for these. */
export const dynamicEnds: readonly number[] = dynamicValues.slice(1).map((v, i) => fround((dynamicValues[i] + v) / 2))
