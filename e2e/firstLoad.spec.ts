// The first load: how much JavaScript comes before the engine, and how soon the page stands.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { dist, startBrowser } from './browser.ts'

const BUDGET_BYTES = 300_000
const PAINT_MS = 1500

it('brings less than 300 kB of JavaScript, gzip, before the engine', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  const found = new Set<string>()
  /** A script and what it imports before it runs. */
  const follow = (path: string): void => {
    if (found.has(path)) return
    found.add(path)
    const text = readFileSync(join(dist, path), 'utf8')
    for (const [, spec] of text.matchAll(/(?:\bfrom|(?<![\w.])import)\s*["'](\.[^"']+\.js)["']/g)) follow(join(dirname(path), spec!))
  }
  for (const [, path] of html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)) follow(path!)
  const sizes = [...found].map((path) => [path, gzipSync(readFileSync(join(dist, path))).length] as const)
  const total = sizes.reduce((n, [, bytes]) => n + bytes, 0)
  console.log(`first load: ${Math.round(total / 1000)} kB of JavaScript, gzip, in ${sizes.length} files`)
  expect(total, sizes.map(([path, bytes]) => `${path} ${bytes}`).join('\n')).toBeLessThan(BUDGET_BYTES)
  expect([...found].filter((path) => /worker|Machine|Palette|selfTest|de-/.test(path))).toEqual([])
  expect(found.size).toBeGreaterThan(0)
})

it('paints its largest part within 1.5 s', async () => {
  const stage = await startBrowser()
  try {
    const times: number[] = []
    // Other work may share the machine: what the page can do is the best of a few.
    for (let i = 0; i < 12 && !(Math.min(...times) < PAINT_MS); i++) {
      const page = await stage.open()
      await page.locator('#runs-title').waitFor()
      // Whatever is larger has been painted when the page has nothing more to do.
      await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
      times.push(
        await page.evaluate(
          () => new Promise<number>((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1)!.startTime)).observe({ type: 'largest-contentful-paint', buffered: true })),
        ),
      )
      await page.close()
    }
    console.log(`largest paint: ${times.map((t) => `${Math.round(t)} ms`).join(', ')}`)
    expect(Math.min(...times)).toBeLessThan(PAINT_MS)
  } finally {
    await stage.close()
  }
})
