// Moves through a page as a keyboard does: Tab after Tab, so that a trap or an unreachable control fails the journey.
import type { Page } from 'playwright-core'

/** Presses Tab until the focused element's name matches. */
export async function tabTo(page: Page, name: RegExp, most = 150): Promise<void> {
  const seen: string[] = []
  for (let i = 0; i < most; i++) {
    const found = await page.evaluate(() => {
      const element = document.activeElement
      const label = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels?.[0] : undefined
      return (element?.getAttribute('aria-label') ?? label?.textContent ?? element?.textContent ?? '').trim()
    })
    if (name.test(found)) return
    seen.push(found.slice(0, 30))
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reached ${String(name)}; it passed ${seen.join(' | ')}`)
}
