// The starter as ONNX: written by the page, opened by onnxruntime-web in a worker of its own, compared with the WGSL engine,
// under the strict policy and from this origin alone.
import { readFile } from 'node:fs/promises'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser, type Stage } from './browser.ts'


describe('the whole model as ONNX', () => {
  let stage: Stage
  let page: Page
  const takeAway = () => page.locator('#take-away')
  beforeAll(async () => {
    stage = await startBrowser()
    page = await stage.open()
    await page.locator('#model').getByText('Parameters').waitFor()
  })
  afterAll(() => stage.close())

  it('is not loaded before somebody asks for it', () => {
    expect(stage.requests.some((url) => url.includes('trainer.worker'))).toBe(true)
    expect(stage.requests.filter((url) => /ort|wasm/.test(url))).toEqual([])
  })

  it.each([
    { type: '32-bit floats', file: 'onnx/model.onnx', least: 9e6 },
    { type: '16-bit floats, half the size', file: 'onnx/model_fp16.onnx', least: 5e6 },
  ])('in $type: downloaded, and the same in onnxruntime-web', async ({ type, file, least }) => {
    await takeAway().getByLabel('Stored as').selectOption(type)
    const [download] = await Promise.all([page.waitForEvent('download'), takeAway().getByRole('button', { name: 'Download ONNX' }).click()])
    const files = unzipSync(await readFile(await download.path()))
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json', file]))
    expect(files[file].length).toBeGreaterThan(least)
    const verdict = takeAway().getByText('in onnxruntime-web on WebAssembly')
    await verdict.waitFor()
    const said = (await verdict.textContent()) ?? ''
    console.log(said)
    expect(said).toContain('It says what the studio says')
    expect(said).toMatch(/the same( \d+)? answers?;/)
  })

  it('asks no other place', () => {
    expect(stage.requests.some((url) => url.startsWith(stage.url) && url.endsWith('.wasm'))).toBe(true)
    expect(stage.requests.filter((url) => !url.startsWith(stage.url) && !/^(blob|data):/.test(url))).toEqual([])
    expect(stage.errors).toEqual([])
  })
})

describe('a machine without WebGPU', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser({ webgpu: false })
  })
  afterAll(() => stage.close())

  it('answers through onnxruntime-web all the same', async () => {
    const page = await stage.open()
    await page.locator('#model').getByText('Parameters').waitFor()
    await page.getByText('Without WebGPU, onnxruntime answers on the CPU.').waitFor()
    await page.getByLabel('Prompt', { exact: true }).fill('Once upon a time')
    await page.getByRole('button', { name: 'Ask the base model' }).click()
    const answer = page.getByRole('region', { name: 'Base model’s answer' })
    await answer.and(page.locator('[aria-busy="false"]')).waitFor()
    expect(await answer.locator('p').first().textContent()).toMatch(/[a-z]{2,} [a-z]{2,} [a-z]{2,}/)
    expect(stage.requests.some((url) => url.includes('ort.worker'))).toBe(true)
  })

  it('takes the model away as ONNX, and asks for no comparison that it cannot make', async () => {
    const page = await stage.open()
    await page.locator('#model').getByText('Parameters').waitFor()
    await page.getByText('It is not compared with the studio’s own answers here').waitFor()
    await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download ONNX' }).click()])
    await page.locator('#take-away').getByText('untitled-onnx.zip').waitFor()
    expect(await page.locator('#take-away').textContent()).not.toContain('Training needs WebGPU')
  })
})
