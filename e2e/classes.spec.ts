// Texts into classes, with the real workers: a BERT that was only pretrained and a labelled table are dropped, a head and a LoRA
// train through a reload, and the report card, an answer and the folder that goes away speak of classes.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testEncoder } from '../src/train/testEncoder.ts'
import { startBrowser, type Stage } from './browser.ts'

const STEPS = 60
const LABELS = ['sea', 'forest', 'town']
/** Each class has words of its own. */
const WORDS = [['wave', 'sail', 'fish'], ['tree', 'moss', 'deer'], ['road', 'shop', 'tram']]
const table = (from: number, count: number): string =>
  ['text,label', ...Array.from({ length: count }, (_, i) => from + i).map((i) => `"${WORDS[i % 3]![i % 2]} ${WORDS[i % 3]![(i + 1) % 3]} no. ${i}",${LABELS[i % 3]}`)].join('\n')

let stage: Stage
let page: Page
let room: string
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'tunesmith-classes-'))
  await testEncoder('bert', 'BertModel', join(room, 'tiny-bert'))
  stage = await startBrowser()
  page = await stage.open()
})
afterAll(async () => {
  await stage.close()
  await rm(room, { recursive: true, force: true })
})

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
const csv = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

async function setUp(): Promise<void> {
  const method = page.locator('#method')
  for (const summary of await method.locator('summary').all()) await summary.click()
  const values = { Steps: STEPS, 'Batch size': 6, 'Longest row': 32, 'Warm-up': 2, 'Learning rate': 0.005, 'Validate every': 0, 'Checkpoint every': 5, 'Test rows': 24 }
  for (const [name, value] of Object.entries(values)) await method.getByRole('textbox', { name, exact: true }).fill(String(value))
}

/** What a page cannot keep: a dropped folder and dropped files. */
async function dropAll(): Promise<void> {
  await page.getByLabel('Open a model folder…').setInputFiles(join(room, 'tiny-bert'))
  await page.locator('#model').getByText('tiny-bert').first().waitFor()
  await page.getByLabel('Open a file…').setInputFiles(csv('places.csv', table(0, 60)))
  await page.locator('#data').getByText('places.csv').first().waitFor()
  await page.getByLabel('Add a test file…').setInputFiles(csv('asked.csv', table(60, 24)))
  await page.getByLabel('Change the test file…').waitFor({ state: 'attached' })
}

it('sorts texts into classes, from a table to an adapter', async () => {
  const train = page.locator('#train')
  await page.locator('#model').getByText('Parameters').waitFor()
  await dropAll()
  await setUp()
  await train.getByText('Trainable parameters').waitFor()
  await button('Train').click()
  await page.waitForFunction(() => /[1-9]\d* of 60, loss/.test(document.querySelector('.story')?.textContent ?? ''))
  await button('Pause').click()
  await button('Continue').waitFor()
  await train.getByText('Safe to close').waitFor()
  await page.reload()
  await page.getByRole('button', { name: /^Continue from step \d+$/ }).click()
  await train.getByText('Drop that folder on the page, then continue the run.').waitFor()
  await dropAll()
  await button('Continue from the checkpoint').click()
  await train.getByText(`step ${STEPS} of ${STEPS}`, { exact: true }).waitFor()
  const judge = page.locator('#judge')
  // Bare, it answers the same class whatever it reads; the words of the classes are easily told apart.
  await judge.getByRole('row', { name: /^Accuracy %/ }).getByText('better').waitFor()
  await judge.getByRole('row', { name: /^Macro F1 %/ }).getByText('better').waitFor()
  const [before, after] = [...(await judge.innerText()).matchAll(/(\d+) of 24/g)].map(([, right]) => Number(right))
  expect(before).toBeLessThanOrEqual(10)
  expect(after).toBeGreaterThanOrEqual(18)
  await judge.locator('summary', { hasText: 'Class by class' }).click()
  const counts = judge.getByRole('table', { name: 'Confusions of the tuned model' })
  const cells = (await counts.getByRole('cell').allInnerTexts()).map(Number)
  expect(cells).toHaveLength(9)
  expect(cells.reduce((a, b) => a + b)).toBe(24)
  // The diagonal.
  expect(cells[0]! + cells[4]! + cells[8]!).toBe(after)

  await page.getByLabel('Prompt', { exact: true }).fill('tree moss no. 1')
  await button('Ask both models').click()
  await page.getByRole('region', { name: 'Tuned model’s answer' }).getByText('forest').waitFor()

  const saved = page.waitForEvent('download')
  await button('Download adapter').click()
  const files = unzipSync(new Uint8Array(await readFile(await (await saved).path())))
  const text = (ending: string): string => Buffer.from(Object.entries(files).find(([path]) => path.endsWith(ending))![1]).toString('latin1')
  expect(JSON.parse(text('adapter_config.json'))).toMatchObject({ peft_type: 'LORA', task_type: 'SEQ_CLS', modules_to_save: ['classifier', 'score'] })
  expect(JSON.parse(text('recipe.json'))).toMatchObject({ task: 'SEQ_CLS', labels: LABELS.toSorted() })
  expect(text('adapter_model.safetensors')).toContain('base_model.model.classifier.weight')
  await page.locator('#take-away').getByText('AutoModelForSequenceClassification').waitFor()
  expect(stage.errors).toEqual([])
})
