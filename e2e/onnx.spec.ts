// The starter as ONNX: written by the page, opened by onnxruntime-web in a worker of its own, compared with the WGSL engine,
// under the strict policy and from this origin alone.
import { readFile } from 'node:fs/promises'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser, type Stage } from './browser.ts'

const SLOW = { timeout: 120_000 }

describe('the whole model as ONNX', () => {
  let stage: Stage
  let page: Page
  const takeAway = () => page.locator('#take-away')
  beforeAll(async () => {
    stage = await startBrowser()
    page = await stage.open()
    await page.locator('#model').getByText('Parameters').waitFor(SLOW)
  })
  afterAll(() => stage.close())

  it.each([
    { type: '32-bit floats', file: 'onnx/model.onnx', least: 9e6 },
    { type: '16-bit floats, half the size', file: 'onnx/model_fp16.onnx', least: 5e6 },
  ])('in $type: downloaded, and the same in onnxruntime-web', async ({ type, file, least }) => {
    await takeAway().getByLabel('Stored as').selectOption(type)
    const [download] = await Promise.all([page.waitForEvent('download', SLOW), takeAway().getByRole('button', { name: 'Download ONNX' }).click()])
    const files = unzipSync(await readFile(await download.path()))
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json', file]))
    expect(files[file].length).toBeGreaterThan(least)
    const verdict = takeAway().getByText('in onnxruntime-web on WebAssembly')
    await verdict.waitFor(SLOW)
    const said = (await verdict.textContent()) ?? ''
    console.log(said)
    expect(said).toContain('It says what the studio says')
    expect(said).toMatch(/the same( \d+)? answers?;/)
  })

  it('starts the runtime only then, and asks no other place', () => {
    expect(stage.requests.filter((url) => url.endsWith('.wasm')).every((url) => url.startsWith(stage.url))).toBe(true)
    expect(stage.requests.filter((url) => !url.startsWith(stage.url) && !/^(blob|data):/.test(url))).toEqual([])
    expect(stage.errors).toEqual([])
  })
})
