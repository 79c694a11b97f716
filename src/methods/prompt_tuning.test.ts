import { expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { openModel, subjectOf } from '../train/base.ts'
import { initialValues, takeWindow } from '../train/params.ts'
import { attachAll } from './registry.ts'

const start = (options: Record<string, string | number>) => [{ id: 'prompt_tuning', options: { num_virtual_tokens: 7, ...options } }]

// What PEFT does: the text's tokens, special ones included, over and over.
it('starts from a text, repeated or cut to the length of the prompt', async () => {
  const model = openModel(await goldenModel('llama'))
  const ids = [...model.tokenizer().encode('Hi?', { special: true })]
  const table = (await model.folder.tensors.get('model.embed_tokens.weight')!.readF32()).slice()
  for (const text of ['Hi?', 'What is it? And what is the capital of the other one?']) {
    const own = [...model.tokenizer().encode(text, { special: true })]
    const { layout } = subjectOf(model, attachAll(start({ prompt_tuning_init: 'TEXT', prompt_tuning_init_text: text }), model.outline))
    const [w] = layout.windows.values()
    const found = takeWindow(await initialValues(layout, 3, async () => table), w)
    const C = model.outline.hidden
    for (let row = 0; row < 7; row++) expect(found.slice(row * C, (row + 1) * C)).toEqual(table.slice(own[row % own.length] * C, (own[row % own.length] + 1) * C))
  }
  expect(ids.length).toBeGreaterThan(1)
  expect(ids.length).toBeLessThan(7)
})

it('says what is missing for it', async () => {
  const { outline } = openModel(await goldenModel('llama'))
  expect(() => attachAll(start({ prompt_tuning_init: 'TEXT' }), outline)).toThrow('prompt_tuning_init_text is empty')
  const { tokenize: _, ...bare } = outline
  expect(() => attachAll(start({ prompt_tuning_init: 'TEXT', prompt_tuning_init_text: 'Hi' }), bare)).toThrow('without the model’s tokenizer')
})
