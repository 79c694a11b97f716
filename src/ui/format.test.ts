// Numbers as the page writes them.
import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInput,
  formatLoss,
  formatOf,
  formatShare,
  formatShort,
  formatSmall,
  parseInput,
} from './format.ts'

describe('numbers', () => {
  it.each([
    [formatCount(1_234_567), '1,234,567'],
    [formatOf(1, 'row'), '1 row'],
    [formatOf(1200, 'row'), '1,200 rows'],
    [formatOf(0, 'moreRow'), '0 more rows'],
    [formatShort(999), '999'],
    [formatShort(999_600), '1 M'],
    [formatShort(3_148_800), '3.15 M'],
    [formatBytes(512), '512 B'],
    [formatBytes(6_304_768), '6.3 MB'],
    [formatBytes(2_147_483_648), '2.15 GB'],
    [formatShare(0, 0), '–'],
    [formatShare(1, 3), '33 %'],
    [formatShare(13, 1000), '1.3 %'],
    [formatShare(1, 100_000), '< 0.1 %'],
    [formatShare(0, 9), '0 %'],
    [formatDuration(0.4123), '412 ms'],
    [formatDuration(59.4), '59 s'],
    [formatDuration(82), '1 min 22 s'],
    [formatDuration(3540), '59 min'],
    [formatDuration(3700), '1 h 2 min'],
    [formatLoss(2.31449), '2.314'],
    [formatLoss(undefined), '–'],
    [formatLoss(Number.NaN), 'not finite'],
    [formatSmall(0.001), '0.001'],
    [formatSmall(0.00005), '5e-5'],
    [formatSmall(0.0000125), '1.25e-5'],
    [formatSmall(0), '0'],
    [formatInput(1e-8), '1e-8'],
    [formatInput(Number.NaN), ''],
  ])('%s', (found, expected) => expect(found).toBe(expected))

  it.each([
    ['1e-4', 0.0001],
    [' 200 ', 200],
    ['0,1', 0.1],
    ['.5', 0.5],
    ['', Number.NaN],
    ['12 rows', Number.NaN],
    ['1,2,3', Number.NaN],
  ])('reads “%s”', (text, expected) => expect(parseInput(text)).toBe(expected))
})
