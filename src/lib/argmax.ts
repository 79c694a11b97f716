// Where a list has its largest number, without spreading it into arguments.
/** Index of the largest number, the first of equals; 0 where none is a number. */
export function argmax(x: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < x.length; i++) if (x[i] > x[best]) best = i
  return best
}
