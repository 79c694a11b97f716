// For tests: small tokenizers with encodings that transformers recorded. A larger reference folder, named by the
// environment variable TUNESMITH_REFERENCE, joins in when there is one.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTokenizer, type Tokenizer } from '../../src/data/tokenizer.ts'

export interface GoldenTokenizer {
  readonly name: string
  readonly tokenizer: Tokenizer
  readonly chatTemplate?: string
  readonly cases: {
    readonly texts: readonly {
      readonly text: string
      readonly ids: readonly number[]
      readonly ids_without_special: readonly number[]
      readonly decoded: string
      readonly decoded_skip_special: string
    }[]
    /** Two texts read together, by scripts/golden/class_inputs.py; the reference folder's own have no max_length. */
    readonly pairs?: readonly { readonly texts: readonly [string, string]; readonly max_length: number | null; readonly ids: readonly number[]; readonly types: readonly number[] }[]
    readonly words?: readonly { readonly words: readonly string[]; readonly ids: readonly number[]; readonly places: readonly number[] }[]
    readonly chat: readonly {
      readonly messages: readonly { readonly role: string; readonly content: string }[]
      readonly add_generation_prompt: boolean
      readonly text: string
      readonly ids: readonly number[]
    }[]
  }
}

const reference = process.env['TUNESMITH_REFERENCE']
const roots = ['e2e/golden/tokenizers', ...(reference ? [join(reference, 'models')] : [])]

export const goldenTokenizers: readonly GoldenTokenizer[] = roots.flatMap((root) =>
  readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'tokenizer_cases.json')))
    .map((name) => {
      const text = (file: string): string => readFileSync(join(root, name, file), 'utf8')
      const json = (file: string): Record<string, unknown> => JSON.parse(text(file)) as Record<string, unknown>
      return {
        name: root === roots[0] ? name : `${name} (reference)`,
        tokenizer: loadTokenizer(json('tokenizer.json'), json('tokenizer_config.json')),
        cases: json('tokenizer_cases.json') as unknown as GoldenTokenizer['cases'],
        ...(existsSync(join(root, name, 'chat_template.jinja')) ? { chatTemplate: text('chat_template.jinja') } : {}),
      }
    }),
)

export function golden(name: 'llama' | 'gpt2' | 'qwen2' | 'mistral'): GoldenTokenizer {
  const found = goldenTokenizers.find((t) => t.name === name)
  if (!found) throw new Error(`e2e/golden/tokenizers/${name} is missing.`)
  return found
}
