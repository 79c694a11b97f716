// Names and addresses as people paste them.
import { describe, expect, it } from 'vitest'
import { readHubAddress } from './hubAddress.ts'

const HUB = 'https://huggingface.co'
const commit = '0123456789abcdef0123456789abcdef01234567'

describe('the address of a model', () => {
  it.each([
    ['org/name', { repo: 'org/name' }],
    ['  gpt2 ', { repo: 'gpt2' }],
    ['HuggingFaceTB/SmolLM2-135M@main', { repo: 'HuggingFaceTB/SmolLM2-135M', revision: 'main' }],
    [`org/name@${commit}`, { repo: 'org/name', revision: commit }],
    ['org/name@refs/pr/3', { repo: 'org/name', revision: 'refs/pr/3' }],
    ['https://huggingface.co/org/name', { repo: 'org/name' }],
    ['https://huggingface.co/org/name/?library=transformers#top', { repo: 'org/name' }],
    ['huggingface.co/org/name/tree/v1.0', { repo: 'org/name', revision: 'v1.0' }],
    ['https://hf.co/org/name/tree/refs%2Fpr%2F3', { repo: 'org/name', revision: 'refs/pr/3' }],
    ['https://huggingface.co/org/name/tree/refs/pr/3', { repo: 'org/name', revision: 'refs/pr/3' }],
    ['org/name/model-q8_0.gguf', { repo: 'org/name', file: 'model-q8_0.gguf' }],
    ['org/name/Q8_0/model.gguf@dev', { repo: 'org/name', revision: 'dev', file: 'Q8_0/model.gguf' }],
    ['https://huggingface.co/org/name/blob/main/Q4/model.Q4_K_M.gguf', { repo: 'org/name', revision: 'main', file: 'Q4/model.Q4_K_M.gguf' }],
    ['https://huggingface.co/org/name/resolve/refs%2Fpr%2F3/a.gguf?download=true', { repo: 'org/name', revision: 'refs/pr/3', file: 'a.gguf' }],
    ['https://huggingface.co/org/name/blob/main/config.json', { repo: 'org/name', revision: 'main' }],
    [`https://huggingface.co/gpt2/resolve/${commit}/model.safetensors`, { repo: 'gpt2', revision: commit }],
  ])('%s', (text, expected) => {
    expect(readHubAddress(text, HUB)).toEqual(expected)
  })

  it('may be of another Hub, when that one is set', () => {
    expect(readHubAddress('http://127.0.0.1:8080/org/name/tree/dev', 'http://127.0.0.1:8080')).toEqual({ repo: 'org/name', revision: 'dev' })
    expect(() => readHubAddress('http://127.0.0.1:8080/org/name', HUB)).toThrow('is no page of huggingface.co')
  })

  it.each([
    ['', 'No model is named'],
    ['org / name', 'has spaces in it'],
    ['https://huggingface.co/spaces/org/name', 'a page of spaces'],
    ['https://huggingface.co/datasets/org/name', 'a page of datasets'],
    ['https://huggingface.co/org/name/tree/main/onnx', 'a folder inside a model'],
    ['https://example.com/org/name', 'is no page of huggingface.co'],
    ['ftp://huggingface.co/org/name', 'is no page of'],
    ['https://huggingface.co/org/%zz', 'no readable address'],
    ['https://huggingface.co/', 'is not the name of a model'],
    ['a/b/c', 'is not the name of a model'],
    ['a/b/../c.gguf', 'is not the name of a model'],
    ['a/b//c.gguf', 'is not the name of a model'],
    ['a/c.gguf/b', 'is not the name of a model'],
    ['../name', 'is not the name of a model'],
    ['org/na--me', 'is not the name of a model'],
    ['org/name.git', 'is not the name of a model'],
    ['org/name@', 'is not the name of a revision'],
    ['org/name@a..b', 'is not the name of a revision'],
    ['org/name@a:b', 'is not the name of a revision'],
  ])('refuses %j with a sentence', (text, message) => {
    expect(() => readHubAddress(text, HUB)).toThrow(message)
    expect(() => readHubAddress(text, HUB)).toThrow(expect.objectContaining({ code: 'bad-model' }))
  })
})
