import { expect, it } from 'vitest'
import { ggufBase } from './ggufBase.ts'

it.each([
  ['org/name/sub/tiny.Q8_0.gguf', ['org/name', 'sub/tiny.Q8_0.gguf']],
  ['tiny.gguf', ['path/to/the/folder/of/the/file', 'tiny.gguf']],
  ['../models/tiny.GGUF', ['path/to/the/folder/of/the/file', 'tiny.GGUF']],
  ['org/name', undefined],
])('%s', (id, found) => expect(ggufBase(id)).toEqual(found))
