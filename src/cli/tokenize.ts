// `node scripts/run.mjs src/cli/tokenize.ts FOLDER STRINGS.jsonl`: compares the tokenizer of a model folder with the ids that
// scripts/golden/check_tokenizers.py wrote; exit code 1 where any string differs.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { loadTokenizer } from '../data/tokenizer.ts'
import { Fault } from '../protocol/failure.ts'

const MOST_SHOWN = 12

export async function main([folder, strings]: string[]): Promise<number> {
  if (!folder || !strings) throw new Fault('bad-data', 'tokenize needs a model folder and a file of strings.', 'node scripts/run.mjs src/cli/tokenize.ts FOLDER STRINGS.jsonl')
  const json = async (name: string): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>
  const tokenizer = loadTokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'))
  let [count, wrong] = [0, 0]
  for await (const line of createInterface({ input: createReadStream(strings, 'utf8'), crlfDelay: Infinity })) {
    const [text, plain, whole] = JSON.parse(line) as [string, number[], number[]]
    count++
    const found = [tokenizer.encode(text), tokenizer.encode(text, { special: true })]
    if (found[0].join() === plain.join() && found[1].join() === whole.join()) continue
    wrong++
    if (wrong <= MOST_SHOWN) console.log(`${JSON.stringify(text)}\n  here   ${[...found[0]].join(' ')}\n  Python ${plain.join(' ')}`)
  }
  console.log(`${folder}: ${count - wrong} of ${count} strings have the same ids`)
  return wrong > 0 ? 1 : 0
}
