// Pieces of WGSL text that are written out many times: kernels are unrolled here, because shader compilers differ in whether they do it.

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
export const lines = (list: readonly string[]): string => list.join('\n')
export const each = (n: number, write: (i: number) => string): string => lines(range(n).map(write))
/** Components of a vector of four. */
export const component = ['x', 'y', 'z', 'w'] as const
