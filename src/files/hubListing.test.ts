// Which files of a commit are taken, and what is refused before any weight is fetched.
import { describe, expect, it } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { chooseHubFiles, readHubListing, shardFiles } from './hubListing.ts'

const sha = 'a'.repeat(40)
const blob = (rfilename: string, size = 10) => ({ rfilename, size, blobId: 'b'.repeat(40) })
const large = (rfilename: string, size = 1000) => ({ rfilename, size, blobId: 'c'.repeat(40), lfs: { sha256: 'd'.repeat(64), size, pointerSize: 130 } })
const listing = (...siblings: readonly object[]) => readHubListing({ id: 'org/name', sha, siblings }, 'org/name')
const common = [blob('config.json'), blob('tokenizer.json'), blob('tokenizer_config.json'), blob('README.md'), blob('.gitattributes')]

describe('the list of files', () => {
  it('keeps the hash that each file is to be checked by, and the name that the model has now', () => {
    const json = { id: 'openai-community/gpt2', sha, siblings: [blob('config.json', 5), large('model.safetensors')] }
    expect(readHubListing(json, 'gpt2')).toEqual({
      repo: 'openai-community/gpt2',
      commit: sha,
      files: [
        { path: 'config.json', bytes: 5, gitOid: 'b'.repeat(40) },
        { path: 'model.safetensors', bytes: 1000, sha256: 'd'.repeat(64) },
      ],
    })
  })

  it.each([
    [[], 'no object'],
    [{ siblings: [] }, 'names no commit'],
    [{ sha: 'main', siblings: [] }, 'names no commit'],
    [{ sha }, 'lists no files'],
    [{ sha, siblings: [{}] }, 'a file has no name'],
    [{ sha, siblings: [{ rfilename: 'x' }] }, 'x has no size'],
    [{ sha, siblings: [{ rfilename: 'x', size: -1, blobId: 'b'.repeat(40) }] }, 'x has no size'],
    [{ sha, siblings: [{ rfilename: 'x', size: 1 }] }, 'x has no hash'],
    // A pointer's own name says nothing of the file it points to.
    [{ sha, siblings: [{ rfilename: 'x', size: 1, blobId: 'b'.repeat(40), lfs: { size: 9 } }] }, 'x has no hash'],
  ])('refuses %j', (json, message) => {
    expect(() => readHubListing(json, 'org/name')).toThrow(message)
    expect(() => readHubListing(json, 'org/name')).toThrow(expect.objectContaining({ code: 'network' }))
  })
})

describe('the files to fetch', () => {
  const paths = (files: readonly { path: string }[]): string[] => files.map((f) => f.path)

  it('are those that are read, of one file or of shards', () => {
    const single = chooseHubFiles(listing(...common, large('model.safetensors'), large('pytorch_model.bin'), large('onnx/model.onnx')))
    expect([paths(single.small), paths(single.weights), single.index]).toEqual([['config.json', 'tokenizer.json', 'tokenizer_config.json', 'README.md'], ['model.safetensors'], undefined])
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    const several = chooseHubFiles(listing(...common, blob('model.safetensors.index.json'), ...shards.map((s) => large(s)), large('consolidated.safetensors')))
    expect([paths(several.weights), several.index?.path]).toEqual([shards, 'model.safetensors.index.json'])
  })

  it.each([
    [[...common, large('pytorch_model.bin')], 'only PyTorch pickles (pytorch_model.bin)'],
    [[...common, large('a.gguf'), large('b/c.gguf')], 'it has 2 GGUF files: a.gguf, b/c.gguf'],
    [[large('a-00001-of-00002.gguf')], 'is one part of several'],
    [[...common, large('tf_model.h5')], 'no model.safetensors, only tf_model.h5'],
    [[...common, large('consolidated.safetensors')], 'no model.safetensors, only consolidated.safetensors'],
    [common, 'no model.safetensors'],
    [[blob('config.json'), large('model.safetensors')], 'no tokenizer.json'],
    [[blob('adapter_config.json'), large('adapter_model.safetensors')], 'an adapter and not a whole model'],
    [[blob('README.md')], 'no config.json'],
    [[], 'no files'],
  ])('are refused: %#', (siblings, message) => {
    expect(() => chooseHubFiles(listing(...siblings))).toThrow(message)
    expect(() => chooseHubFiles(listing(...siblings))).toThrow(expect.objectContaining({ code: 'bad-model' }))
  })

  it('are one GGUF file and the card, where it is named or the only weights', () => {
    const two = listing(blob('README.md'), large('a.gguf'), large('b/c.gguf'))
    expect(chooseHubFiles(two, 'b/c.gguf')).toMatchObject({ gguf: 'b/c.gguf', small: [{ path: 'README.md' }], weights: [{ path: 'b/c.gguf' }] })
    expect(chooseHubFiles(listing(...common, large('a.gguf')))).toMatchObject({ gguf: 'a.gguf' })
    expect(() => chooseHubFiles(two, 'd.gguf')).toThrow('it has no d.gguf, only a.gguf, b/c.gguf')
    // Safetensors go first where nothing is named.
    expect(chooseHubFiles(listing(...common, large('model.safetensors'), large('a.gguf'))).gguf).toBeUndefined()
  })

  it('are the shards of the index, all of which must be there', async () => {
    const there = listing(...common, large('a.safetensors'), large('b.safetensors'))
    const index = (map: Readonly<Record<string, string>>) => utf8(JSON.stringify({ weight_map: map }))
    expect(paths(await shardFiles(there, index({ x: 'b.safetensors', y: 'a.safetensors', z: 'a.safetensors' })))).toEqual(['a.safetensors', 'b.safetensors'])
    await expect(shardFiles(there, index({ x: 'c.safetensors' }))).rejects.toThrow('names c.safetensors, which is not there')
    await expect(shardFiles(there, index({ x: '../a.safetensors' }))).rejects.toThrow('not a file of this folder')
    await expect(shardFiles(there, utf8('{'))).rejects.toThrow('is not valid JSON')
  })
})
