import { expect, test } from 'vitest'
import { matchesGlob } from './glob.ts'

test.each([
  ['rmsNorm', 'rmsNorm', true],
  ['rms*', 'rmsNorm', true],
  ['*', '', true],
  ['?ms*m', 'rmsNorm', true],
  ['{rms,layer}Norm', 'layerNorm', true],
  ['{rms,layer}Norm', 'batchNorm', false],
  ['m{a,{b,c}x}*', 'mcxyz', true],
  ['a.b', 'axb', false],
  ['{open', '{open', true],
  ['*a*b*c', 'xxaxxbxxc', true],
  ['*a*b*c', 'xxaxxbxxcd', false],
  ['', 'a', false],
])('%s on %s', (pattern, name, expected) => expect(matchesGlob(pattern, name)).toBe(expected))
