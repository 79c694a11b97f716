import { expect, test } from 'vitest'
import { curveLines } from './curveLines.ts'
import { readLicence } from './licenceOf.ts'
import { mergedCard } from './mergedCard.ts'
import { adapterCard, type CardFacts } from './modelCard.ts'

const facts: CardFacts = {
  name: 'Pirate\nanswers',
  baseModel: 'someone/small',
  licence: { id: 'other', name: 'small-terms', link: 'https://example.org/terms' },
  method: 'LoRA',
  elsewhere: 'lora',
  recipe: { name: '```', seed: 1 },
  dataName: 'a|b.jsonl',
  dataSha256: 'ab12',
  rows: 90,
  steps: 4,
  seed: 42,
  trainLoss: 1.23456,
  validationLoss: 1.5,
  firstValidationLoss: 4,
  curves: { training: [4, 3, 2, 1.23456].map((loss, i) => ({ step: i + 1, loss })), validation: [{ step: 0, loss: 4 }, { step: 2, loss: 2.5 }, { step: 4, loss: 1.5 }] },
  scores: { before: 0, after: 0.875 },
  askedRows: 80,
  versions: { Tunesmith: '0.1.0' },
}

test('a card says what, from what, how well, and how to load it', () =>
  expect(adapterCard(facts)).toMatchInlineSnapshot(`
    "---
    base_model: "someone/small"
    base_model_relation: adapter
    license: "other"
    license_name: "small-terms"
    license_link: "https://example.org/terms"
    library_name: peft
    pipeline_tag: text-generation
    tags:
    - "tunesmith"
    - "lora"
    - "base_model:adapter:someone/small"
    ---

    # Pirate answers

    An adapter for someone/small, trained by LoRA in the browser with Tunesmith.

    ## Load it

    \`\`\`python
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = "someone/small"  # the Hub id or folder of the base model
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), "path/to/this/folder")
    tokenizer = AutoTokenizer.from_pretrained(base)
    \`\`\`

    In llama.cpp:

    \`\`\`sh
    # adapter.gguf: what Tunesmith downloads as GGUF; model.gguf: the base in that format
    llama-cli -m model.gguf --lora adapter.gguf -p "…"
    \`\`\`

    In transformers.js, with the folder that Tunesmith downloads as ONNX:

    \`\`\`js
    import { env, pipeline } from '@huggingface/transformers'
    env.localModelPath = 'path/to/the/folder/above/it/'
    const run = await pipeline('text-generation', 'its-name', { dtype: 'fp32' })
    \`\`\`

    ## Before and after

    |  | Base | Tuned |
    |---|---|---|
    | Exact match, 80 test rows | 0.0 % | 87.5 % |
    | Validation loss | 4.0000 | 1.5000 |

    ## Curves

    Training loss █▅▃▁ 4.0000 → 1.2346

    Validation loss █▄▁ 4.0000 → 1.5000

    | Up to step | Training loss, mean | Validation loss |
    |---|---|---|
    | 0 |  | 4.0000 |
    | 1 | 4.0000 |  |
    | 2 | 3.0000 | 2.5000 |
    | 3 | 2.0000 |  |
    | 4 | 1.2346 | 1.5000 |

    In nats per trained token.

    ## How it was made

    |  |  |
    |---|---|
    | Base model | someone/small |
    | Method | LoRA |
    | Data | a\\|b.jsonl, 90 rows |
    | Data SHA-256 | ab12 |
    | Steps | 4 |
    | Seed | 42 |
    | Training loss, last step | 1.2346 |
    | Tunesmith | 0.1.0 |

    The recipe, which the studio and its command line can run again:

    \`\`\`\`json
    {
      "name": "\`\`\`",
      "seed": 1
    }
    \`\`\`\`

    ## Licence

    someone/small is under small-terms (other), https://example.org/terms, which this inherits. The training data is not part of this folder, and its own terms hold for it.
    "
  `))

test('a report card stands in place of the scores alone, with intervals and what is chance', () => {
  const general = { id: 'bits_per_byte', on: 'general', count: 16, unit: 'passage' } as const
  const card = adapterCard({
    ...facts,
    report: {
      measures: [
        { id: 'exact_match', on: 'test', count: 80, unit: 'answer', before: { value: 0, interval: { low: 0, high: 4.6 } }, after: { value: 87.5, interval: { low: 78.5, high: 93.1 } }, difference: { test: 'mcnemar', p: 1e-9, verdict: 'better' } },
        { ...general, before: { value: 2.0321 }, after: { value: 2.0552 }, difference: { test: 'bootstrap', p: 0.2, verdict: 'unclear' } },
        { ...general, id: 'perplexity', after: { value: 2067.24 } },
        { id: 'bleu', on: 'test', count: 80, unit: 'answer', before: { value: 0 }, after: { value: 0 }, difference: { test: 'bootstrap', p: 1, verdict: 'unclear' } },
      ],
    },
  })
  expect(card).toContain('| Exact match, 80 test rows | 0.0 % (0.0 to 4.6) | 87.5 % (78.5 to 93.1) | better, p below 0.001 (McNemar) |')
  expect(card).toContain('| Bits per byte, 16 passages of general English | 2.032 | 2.055 | may be chance, p = 0.200 (bootstrap) |')
  expect(card).toContain('| Perplexity, 16 passages of general English |  | 2067.2 |  |')
  expect(card).toContain('| BLEU, 80 test rows | 0.0 | 0.0 | no difference |')
  expect(card).not.toContain('| Validation loss | 4.0000 | 1.5000 |')
})

test('texts cannot break out of the front matter, a table or the fences', () => {
  const card = adapterCard({ ...facts, name: 'a\n---\n# b <script>', baseModel: 'x"\nlicense: mit', dataName: '| a\n| b', licence: { id: 'mit', name: '<b>\nx: y' } })
  const front = card.split('\n---\n')[0]
  // A base that the Hub has no name for would make it refuse the card.
  expect(front).not.toContain('base_model')
  expect(front.match(/^license: /gm)).toEqual(['license: '])
  expect(front).toContain('license_name: "<b>\\nx: y"')
  expect(card).toContain('\n# a --- # b script\n')
  expect(card).toContain('| \\| a \\| b, 90 rows |')
  expect(card).toContain('````json')
  expect(card.slice(card.indexOf('# a'))).not.toMatch(/<(?!\/?details)/)
})

test('a card of what PEFT does not read names what does', () => {
  const own = adapterCard({ name: 'x', baseModel: 'b', method: 'BitFit', recipe: {}, dataName: 'd', steps: 1, seed: 1, versions: {}, library: 'transformers', load: 'Run `load_adapter.py`.' })
  expect(own).toContain('\nlibrary_name: transformers\n')
  expect(own).toContain('## Load it\n\nRun `load_adapter.py`.\n')
  expect(own).not.toMatch(/peft|llama\.cpp|Curves/i)
  expect(own).toContain('for the licence of b to say')
})

test('a card of virtual tokens says that only PEFT has a place for them; one of classes does without llama.cpp', () => {
  expect(adapterCard({ ...facts, method: 'Prompt tuning', elsewhere: 'none' })).toContain('llama.cpp and transformers.js have no place for Prompt tuning')
  const sorter = adapterCard({ ...facts, taskType: 'SEQ_CLS', labels: ['no', 'yes'] })
  expect(sorter).not.toContain('llama-cli')
  expect(sorter).toContain("pipeline('text-classification', 'its-name'")
  expect(sorter).toContain('AutoModelForSequenceClassification.from_pretrained(base, id2label=')
})

test('a base from the Hub is named with its commit', () => {
  const pinned = adapterCard({ ...facts, revision: 'abc123' })
  expect(pinned).toContain('AutoModelForCausalLM.from_pretrained(base, revision="abc123")')
  expect(pinned).toContain('AutoTokenizer.from_pretrained(base, revision="abc123")')
  expect(pinned).toContain('| Its commit | abc123 |')
  expect(adapterCard(facts)).not.toContain('commit')
})

test('a base that is one GGUF file is named by its repository', () => {
  const card = adapterCard({ ...facts, baseModel: 'org/name/Q8/model.gguf' })
  expect(card).toContain('\nbase_model: "org/name"\n')
  expect(card).toContain('base = "org/name"')
  expect(card).toContain('from_pretrained(base, gguf_file="Q8/model.gguf")')
})

test('a merged model tells of every adapter in it', () => {
  const shared = { baseModel: 'org/base', name: 'both', library: 'transformers', load: ['python', 'model = 1'] as const, licence: { id: 'mit' } }
  const two = mergedCard({ ...shared, adapters: [{ name: 'one', weight: 1, facts }, { name: 'two', weight: 0.5, facts }, { name: 'from a file', weight: 1 }] })
  expect(two).toContain('base_model_relation: finetune\nlicense: "mit"\n')
  expect(two).toContain('- two, weight 0.5\n- from a file, weight 1\n')
  expect(two.match(/^## How it was made$/gm)).toHaveLength(2)
  expect(two.match(/^# (one|two)$/gm)).toEqual(['# one', '# two'])
  expect(mergedCard({ ...shared, adapters: [] })).toContain('org/base, written by Tunesmith.')
})

test('curves of any length have few rows, which end where the run did', () => {
  expect(curveLines({ training: [], validation: [] })).toEqual([])
  expect(curveLines({ training: [{ step: 1, loss: 2 }], validation: [] })[0]).toBe('Training loss ▁ 2.0000 → 2.0000')
  const long = curveLines({ training: Array.from({ length: 1234 }, (_, i) => ({ step: i + 1, loss: 1234 - i })), validation: [] })
  const rows = long.filter((line) => /^\| \d/.test(line))
  expect(rows).toHaveLength(12)
  expect(rows.at(-1)).toMatch(/^\| 1234 \| 52\.0000 \|/)
  expect([...long[0].matchAll(/[▁-█]/gu)]).toHaveLength(40)
})

test.for([
  ['---\nlicense: apache-2.0\n---\n', { id: 'apache-2.0' }],
  ['---\r\ntags: [a]\r\nlicense: "mit" # free\r\n---\r\n', { id: 'mit' }],
  ['---\nlicense:\n- cc-by-4.0\n- mit\n---', { id: 'cc-by-4.0' }],
  ['---\nlicense: [mit, bsd]\n---', { id: 'mit' }],
  ['---\nlicense: other\nlicense_name: qwen\nlicense_link: https://x.org/a\n---', { id: 'other', name: 'qwen', link: 'https://x.org/a' }],
  ['# no front matter\nlicense: mit\n', undefined],
  ['---\nlicense:\ntags: x\n---', undefined],
  ['---\nlicense: <b>\n---', undefined],
] as const)('the licence in %j', ([card, licence]) => expect(readLicence(card)).toEqual(licence))
