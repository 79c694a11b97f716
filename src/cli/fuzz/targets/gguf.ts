// GGUF: a whole model file, changed anywhere in its header and more often right behind a key, from its table to its tokenizer.
import fc from 'fast-check'
import { goldenModel } from '../../../../e2e/golden/goldenFiles.ts'
import { bytesSource } from '../../../files/byteSource.ts'
import { concat } from '../../../lib/bytes.ts'
import { openModel } from '../../../train/base.ts'
import { exportGguf } from '../../../train/exportGguf.ts'
import { changedBytes } from '../changedBytes.ts'
import { readModel } from '../readModel.ts'
import type { FuzzTarget } from '../target.ts'

async function written(name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of exportGguf(openModel(await goldenModel(name)), [], { name: 'x', baseModel: 'x', type: 'Q8_0' }).file.stream()) parts.push(part)
  return concat(parts)
}
const files = [await written('llama'), await written('gpt2')]
const keys = files.map((file) => [...new TextDecoder('latin1').decode(file).matchAll(/(llama|gpt2|general|tokenizer\.ggml)\.[a-z_.]+|(blk\.\d+|output|token_embd)[a-z_.]*/g)].map((m) => m.index + m[0].length))

const behindKeys = fc.nat(files.length - 1).chain((which) =>
  fc.array(fc.tuple(fc.constantFrom(...keys[which]), fc.nat(24), fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0xff, 9, 8, 4))), { minLength: 1, maxLength: 5 }).map((edits) => {
    const copy = files[which].slice()
    for (const [at, by, to] of edits) copy[at + by] = to
    return copy
  }),
)

const target: FuzzTarget<Uint8Array> = {
  inputs: fc.oneof(behindKeys, behindKeys, changedBytes(files)),
  run: (bytes) => readModel(new Map([['a.gguf', bytesSource(bytes, 'a.gguf')]])),
  gateRuns: 60,
}
export default target
