// A run on another model than its recipe says would be named after the wrong one for good.
import { expect, it } from 'vitest'
import { testBase } from '../ui/testFixtures.ts'
import { isNamedBase } from './isNamedBase.ts'

const { storedAs: _none, ...folder } = testBase

it.each([
  ['the starter', { source: 'builtin', id: 'starter' }, testBase, true],
  ['a folder that is not open', { source: 'folder', id: 'mine' }, testBase, false],
  ['a folder that is called as the starter is', { source: 'folder', id: 'starter' }, testBase, false],
  ['a folder that is open', { source: 'folder', id: 'starter' }, folder, true],
  ['a folder with other weights', { source: 'folder', id: 'starter', sha256: 'a' }, { ...folder, sha256: 'b' }, false],
  ['a folder whose weights nobody has hashed', { source: 'folder', id: 'starter', sha256: 'a' }, folder, true],
  ['another commit', { source: 'hub', id: 'starter', revision: 'a' }, { ...folder, revision: 'b' }, false],
  ['the same commit', { source: 'hub', id: 'starter', revision: 'a' }, { ...folder, revision: 'a' }, true],
] as const)('%s', (_, named, open, is) => expect(isNamedBase(named, open)).toBe(is))
