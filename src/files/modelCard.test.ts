import { expect, test } from 'vitest'
import { adapterCard } from './modelCard.ts'

const card = adapterCard({
  name: 'Pirate\nanswers',
  baseModel: 'someone/small: "model"',
  method: 'LoRA',
  recipe: { name: '```', seed: 1 },
  dataName: 'a|b.jsonl',
  dataSha256: 'ab12',
  rows: 90,
  steps: 200,
  seed: 42,
  trainLoss: 1.23456,
  scores: { before: 0, after: 0.875 },
  versions: { Tunesmith: '0.1.0' },
})

test('a card says what, from what, and how to load it', () =>
  expect(card).toMatchInlineSnapshot(`
  "---
  base_model: "someone/small: \\"model\\""
  library_name: peft
  pipeline_tag: text-generation
  tags:
  - "tunesmith"
  - "lora"
  - "base_model:adapter:someone/small: \\"model\\""
  ---

  # Pirate answers

  A LoRA adapter for someone/small: "model", trained in the browser with Tunesmith.

  ## Load it

  \`\`\`python
  from peft import PeftModel
  from transformers import AutoModelForCausalLM, AutoTokenizer

  base = "someone/small: \\"model\\""  # the Hub id or folder of the base model
  model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), "path/to/this/folder")
  tokenizer = AutoTokenizer.from_pretrained(base)
  \`\`\`

  ## How it was made

  | | |
  |---|---|
  | Base model | someone/small: "model" |
  | Method | LoRA |
  | Data | a\\|b.jsonl, 90 rows |
  | Data SHA-256 | ab12 |
  | Steps | 200 |
  | Seed | 42 |
  | Training loss, last step | 1.2346 |
  | Exact match before | 0.0 % |
  | Exact match after | 87.5 % |
  | Tunesmith | 0.1.0 |

  The recipe, which the studio and its command line can run again:

  \`\`\`\`json
  {
    "name": "\`\`\`",
    "seed": 1
  }
  \`\`\`\`
  "
`))

test('texts cannot break out of the front matter or the fences', () => {
  expect(card).toContain('base_model: "someone/small: \\"model\\""\n')
  expect(card).toContain('````json')
  expect(card).toContain('# Pirate answers\n')
})

test('a card of what PEFT does not read names what does', () => {
  const own = adapterCard({ name: 'x', baseModel: 'b', method: 'BitFit', recipe: {}, dataName: 'd', rows: 1, steps: 1, seed: 1, versions: {}, library: 'transformers', load: 'Run `load_adapter.py`.' })
  expect(own).toContain('\nlibrary_name: transformers\n')
  expect(own).toContain('## Load it\n\nRun `load_adapter.py`.\n')
  expect(own).not.toMatch(/peft/i)
})

test('a base from the Hub is named with its commit', () => {
  const facts = { name: 'x', baseModel: 'org/name', method: 'LoRA', recipe: {}, dataName: 'd', rows: 1, steps: 1, seed: 1, versions: {} }
  const pinned = adapterCard({ ...facts, revision: 'abc123' })
  expect(pinned).toContain('AutoModelForCausalLM.from_pretrained(base, revision="abc123")')
  expect(pinned).toContain('AutoTokenizer.from_pretrained(base, revision="abc123")')
  expect(pinned).toContain('| Its commit | abc123 |')
  expect(adapterCard(facts)).not.toContain('commit')
})
