// The German page says nothing in English: it is rendered in both languages in every state of a run, and what is the same in
// both must be a name, a number or a term of the field. No part of the page has text of its own, so that dialogs hold as well.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderToStaticMarkup } from 'react-dom/server'
import { parseSync } from 'vite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { defaultRecipe } from '../protocol/recipe.ts'
import { createApp, type App as Made } from '../store/appStore.ts'
import { App } from './App.tsx'
import { AppProvider } from './AppContext.ts'
import { FailureNote } from './parts/FailureNote.tsx'
import { MachineSection } from './sections/MachineSection.tsx'
import { testRecord } from './testFixtures.ts'
import { testStudio, type Script } from './testStudio.ts'
import { speak } from './words/language.ts'

/** Names of people's things, of files and formats, and words that German has too. */
const SAME = new RegExp(
  [
    // What the scripted studio's files, rows, tokens and models are called and say.
    'Tunesmith.*|SwiftShader|NVIDIA H100|llama|pirate.*|desk.*|prompt|completion|starter|/|Deutsch|English|system|broken|late|praise|Talk like a pirate|Sort by mood|Orders to JSON|https:.*|[^]*from_pretrained[^]*',
    '.*(Say it like a pirate|answer number|This is sentence|The dog|hound|My friend|matey|the treasure|the booty|going home|home now|on the ship|our deck).*|Kaiming uniform',
    // Formats, libraries, PEFT's and papers' names.
    '.*\\.(jsonl|json|safetensors|md|gguf|zip|csv|txt).*|\\{&quot;(prompt|messages)&quot;[^]*|JSON.*|PEFT.*|GGUF|ONNX.*|LoRA|AdaLoRA|LoHa|LoKr|VeRA|BitFit|\\(IA\\)³|Compacter|MAM|UniPELT|P-tuning( v2)?|rsLoRA|DoRA|NEFTune.*|PiSSA|OLoRA|Top-[kp]|Adam [βε].?|[a-z]+_[a-z_]+|all-linear|embed_tokens|lm_head|bfloat16|float16|Gradient Checkpointing|deltaT|seed|attention|matmul|rmsNorm',
    // Words of both languages, and units.
    'Ctrl K|LoRA, r = \\d+|Linear|\\d+ (ms|min \\d+ s)|Adapters?|Training|Test|Name|Token|Tokens|Text|GPU|Hub|Bytes|Start|Dropout|Parameter|Kernel|Gradient|Seed|chrF|BLEU|Biases|loss|min|h|s|ms|[0-9.,]+ [kMG]?B|p [<=] .*|tokens|Parallel|Pfeiffer|Houlsby',
  ]
    .map((part) => `^(${part})$`)
    .join('|'),
)

const page = (app: Made): string =>
  renderToStaticMarkup(
    <AppProvider value={{ ...app, store: { ...app.store, getInitialState: app.store.getState } }}>
      <App />
      <MachineSection />
    </AppProvider>,
  )

/** Every text and every attribute that is read out, outside what is marked as English. */
function textsOf(markup: string): ReadonlySet<string> {
  const own = markup
    .replaceAll(/<(\w+)[^>]* lang="en"[^>]*>.*?<\/\1>/g, '')
    // What people's files say: rows, tokens, answers, code.
    .replaceAll(/<(pre|mark|code)\b[^>]*>.*?<\/\1>/g, '')
    .replaceAll(/<span class="(token|reading|tint)[^>]*>.*?<\/span>/g, '')
  const texts = [...own.matchAll(/>([^<>]+)</g)].map(([, text]) => text!)
  const attributes = [...own.matchAll(/ (?:aria-label|title|placeholder|aria-valuetext|alt)="([^"]+)"/g)].map(([, text]) => text!)
  return new Set([...texts, ...attributes].map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text)))
}

const STATES: Readonly<Record<string, { readonly script?: Script; readonly act?: (app: Made) => Promise<void> }>> = {
  'as it opens': {},
  'with data': { act: (app) => app.actions.openSample('pirate') },
  'after a run': {
    act: async (app) => {
      await app.actions.openSample('pirate')
      app.store.setState((s) => ({ recipe: { ...s.recipe, evaluation: { ...s.recipe.evaluation, sampleSteps: 50 } } }))
      await app.actions.train()
    },
  },
  'after a run that failed': { script: { failAt: 5 }, act: async (app) => (await app.actions.openSample('pirate'), app.actions.train()) },
  'after a run that diverged': { script: { divergeAt: 60 }, act: async (app) => (await app.actions.openSample('pirate'), app.actions.train()) },
  'with adapters, runs compared, kernels tested and storage counted': {
    script: { runs: [1, 2, 3, 4].map((i) => testRecord(`run-${i}`, { ...defaultRecipe(), name: `pirate-${i}`, seed: i }, { createdAt: i })) },
    act: async (app) => {
      const { actions } = app
      await actions.openSample('pirate')
      for (const name of ['desk', 'pirate']) await actions.loadAdapter([{ path: `${name}.zip`, file: new File([], `${name}.zip`) }])
      for (const id of ['run-1', 'run-2']) await actions.compare(id, true)
      await actions.selfTest()
      await actions.refreshStorage()
    },
  },
  'without WebGPU': { script: { noWebGpu: true }, act: (app) => app.actions.openSample('pirate') },
}

async function texts(script: Script | undefined, act: ((app: Made) => Promise<void>) | undefined): Promise<readonly ReadonlySet<string>[]> {
  const app = createApp(testStudio(script))
  app.actions.start()
  await vi.advanceTimersByTimeAsync(2000)
  const acted = act?.(app)
  await vi.advanceTimersByTimeAsync(60_000)
  await acted
  await vi.advanceTimersByTimeAsync(2000)
  const english = textsOf(page(app))
  await speak('de')
  const german = textsOf(page(app))
  await speak('en')
  return [english, german]
}

describe('the German page', () => {
  beforeAll(() => {
    vi.useFakeTimers()
    vi.stubGlobal('navigator', { platform: 'Linux', language: 'en', languages: ['en'] })
    vi.stubGlobal('window', {})
    vi.stubGlobal('location', { origin: 'http://localhost' })
    vi.stubGlobal('document', { documentElement: {} })
  })
  afterAll(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it.each(Object.entries(STATES))('says nothing in English: %s', async (_name, { script, act }) => {
    const [english, german] = await texts(script, act)
    expect(english!.size).toBeGreaterThan(150)
    expect([...german!].filter((text) => english!.has(text) && !SAME.test(text))).toEqual([])
  })
})

it('says of a failure that it does not know what kind it is and what helps, and marks the English sentence', async () => {
  vi.stubGlobal('document', { documentElement: {} })
  await speak('de')
  const note = (message: string): string => renderToStaticMarkup(<FailureNote failure={{ code: 'bad-model', message, hint: 'Open the base model that the adapter is for.' }} />)
  const [known, unknown] = [note('No model is open.'), note('Tensor x is odd.')]
  await speak('en')
  vi.unstubAllGlobals()
  expect(known).toContain('<strong>Kein Modell ist offen.</strong> Öffnen Sie das Basismodell')
  expect(known).not.toContain('lang="en"')
  expect(unknown).toMatch(/<strong>Dieses Modell lässt sich so nicht öffnen\.<\/strong>.*<p class="small" lang="en">Tensor x is odd\. Open the base/)
})

describe('a part of the page', () => {
  const root = fileURLToPath(new URL('.', import.meta.url))
  const READ_OUT = /^(aria-label|aria-valuetext|aria-description|title|placeholder|alt|label|legend|text|submit|doing)$/
  /** The page's name, and what no language changes. */
  const NAMES = /^(Tunesmith|GGUF|&lt;s&gt;|\.jsonl, .*|Frozen weights on the GPU|Training|Data|Rows|Test|Sampling|How to combine)$/

  it('has no text of its own: it takes it from the words', () => {
    const found: string[] = []
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.tsx') || name.endsWith('.test.tsx')) continue
      const path = join(root, name)
      const visit = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return
        if (Array.isArray(node)) return node.forEach(visit)
        const n = node as { type?: string; value?: unknown; name?: { name?: unknown } }
        const text = n.type === 'JSXText' ? n.value : n.type === 'JSXAttribute' && READ_OUT.test(String(n.name?.name)) ? literalOf(n.value) : undefined
        if (typeof text === 'string' && /\p{L}{2}/u.test(text) && !NAMES.test(text.trim())) found.push(`${name}: ${text.trim()}`)
        Object.values(node).forEach(visit)
      }
      visit(parseSync(path, readFileSync(path, 'utf8')).program)
    }
    expect(found).toEqual([])
  })

  /** Of `attribute="…"` and of `attribute={`…`}`. */
  function literalOf(value: unknown): string | undefined {
    const v = value as { type?: string; value?: unknown; expression?: { type?: string; value?: unknown; quasis?: { value: { cooked: string } }[] } } | undefined
    const e = v?.type === 'JSXExpressionContainer' ? v.expression : v
    if (e?.type === 'Literal' && typeof e.value === 'string') return e.value
    return e && 'quasis' in e ? e.quasis!.map((q) => q.value.cooked).join('') : undefined
  }
})
