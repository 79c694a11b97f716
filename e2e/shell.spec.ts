// The shell's promises: the built page loads under its strict policy without a complaint, is isolated, has WebGPU, and
// talks to no other origin.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser, type Stage } from './browser.ts'

describe('the built page', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser()
  })
  afterAll(() => stage.close())

  it('loads without a console error and without another origin', async () => {
    const page = await stage.open()
    await page.waitForFunction(() => document.querySelector('#root')?.childElementCount)
    await page.waitForLoadState('networkidle')
    expect(stage.errors).toEqual([])
    expect(stage.requests.filter((url) => !url.startsWith(stage.url) && !/^(blob|data):/.test(url))).toEqual([])
    expect(stage.requests.length).toBeGreaterThan(1)
    await page.close()
  })

  it('is cross-origin isolated and sees a GPU adapter', async () => {
    const page = await stage.open()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    expect(await page.evaluate(async () => Boolean(await navigator.gpu.requestAdapter()))).toBe(true)
    await page.close()
  })

  it('carries its policy in headers and in the page', async () => {
    const response = await fetch(stage.url)
    const header = response.headers.get('content-security-policy') ?? ''
    const parts = [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval';",
      "connect-src 'self';",
      "frame-ancestors 'none'",
      'require-trusted-types-for',
    ]
    for (const part of parts) expect(header).toContain(part)
    // onnxruntime-web compiles WebAssembly; no text may become code.
    expect(header.replace("'wasm-unsafe-eval'", '')).not.toContain('unsafe')
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(await response.text()).toContain('http-equiv="Content-Security-Policy"')
  })

  it('refuses inline code, foreign scripts and foreign addresses', async () => {
    const page = await stage.open()
    const outcome = await page.evaluate(async () => {
      const tries: Record<string, boolean> = {}
      const attempt = async (name: string, act: () => unknown) => {
        try {
          await act()
          tries[name] = true
        } catch {
          tries[name] = false
        }
      }
      await attempt('html', () => {
        document.createElement('div').innerHTML = '<b>x</b>'
      })
      await attempt('foreign script', () => {
        document.createElement('script').src = 'https://example.com/x.js'
      })
      await attempt('foreign worker', () => new Worker('https://example.com/x.js'))
      await attempt('foreign fetch', () => fetch('https://example.com/'))
      await attempt('code from text', () => {
        document.createElement('script').textContent = '1'
      })
      return tries
    })
    expect(Object.entries(outcome).filter(([, worked]) => worked)).toEqual([])
    expect(Object.keys(outcome)).toHaveLength(5)
    await page.close()
  })
})

describe('a static host that sends no headers, in a subfolder', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser({ folder: fileURLToPath(new URL('..', import.meta.url)), bare: true })
  })
  afterAll(() => stage.close())

  it('serves the same page under the same policy', async () => {
    expect((await fetch(`${stage.url}dist/`)).headers.get('content-security-policy')).toBeNull()
    const page = await stage.open('dist/')
    await page.waitForFunction(() => document.querySelector('#root')?.childElementCount)
    await page.waitForLoadState('networkidle')
    expect(stage.errors).toEqual([])
    expect(stage.requests.filter((url) => !url.startsWith(`${stage.url}dist/`) && !/^(blob|data):/.test(url))).toEqual([])
    const fetched = await page.evaluate(() =>
      fetch('https://example.com/').then(
        () => true,
        () => false,
      ),
    )
    expect(fetched).toBe(false)
    expect(stage.errors.join()).toContain('Content Security Policy')
  })
})

describe('the static server', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser()
  })
  afterAll(() => stage.close())

  it('answers byte ranges, and stays in its folder', async () => {
    const whole = await (await fetch(`${stage.url}icon.svg`)).text()
    const part = await fetch(`${stage.url}icon.svg`, { headers: { Range: 'bytes=1-3' } })
    expect([part.status, await part.text()]).toEqual([206, whole.slice(1, 4)])
    const tail = await fetch(`${stage.url}icon.svg`, { headers: { Range: 'bytes=-4' } })
    expect(await tail.text()).toBe(whole.slice(-4))
    expect((await fetch(`${stage.url}icon.svg`, { headers: { Range: 'bytes=999999-' } })).status).toBe(416)
    for (const path of [
      '..%2fpackage.json',
      '%2e%2e/package.json',
      'assets/..%2f..%2fpackage.json',
      'nothing.here',
      '%00',
      '%zz',
    ])
      expect((await fetch(stage.url + path)).status, path).toBe(404)
  })
})
