// Names and texts from files, rows, adapters, runs and the Hub reach the page as text: the whole page is rendered with markup in
// every one of them, and none of it becomes an element or an attribute. No source has a way from text to HTML.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, type App as Made } from '../store/appStore.ts'
import { App } from './App.tsx'
import { AppProvider } from './AppContext.ts'
import { OutsideLink } from './parts/OutsideLink.tsx'
import { hostile } from './testOutside.ts'
import { testStudio } from './testStudio.ts'

const EVIL = '"><img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">\''
const page = (app: Made): string => renderToStaticMarkup(<AppProvider value={{ ...app, store: { ...app.store, getInitialState: app.store.getState } }}><App /></AppProvider>)

describe('what comes from outside', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('navigator', { platform: 'Linux', language: 'en' })
    vi.stubGlobal('window', {})
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('stays text on every part of the page', async () => {
    const app = createApp(testStudio())
    app.actions.start()
    await vi.advanceTimersByTimeAsync(2000)
    await app.actions.openSample('pirate')
    await vi.advanceTimersByTimeAsync(2000)
    const before = page(app)
    const { store } = app
    // Methods and their options are the studio's own.
    const outside = Object.fromEntries(Object.entries(store.getState()).filter(([k]) => !['methods', 'presets', 'recipe'].includes(k)).map(([k, v]) => [k, hostile(v, () => EVIL, k)]))
    store.setState(outside)
    store.setState((s) => ({ recipe: { ...s.recipe, name: EVIL, data: { ...s.recipe.data, systemPrompt: EVIL } } }))
    const html = page(app)
    expect(html.split('&lt;img src=x').length).toBeGreaterThan(10)
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toMatch(/href="javascript:/)
    // As many handlers as there were: none. What stands in quotes is escaped, and is a value.
    const tags = (text: string): string[] => [...text.replaceAll(/"[^"]*"/g, '""').matchAll(/<[a-z][^<>]*\son[a-z]+=/g)].map(([tag]) => tag)
    expect([tags(before), tags(html)]).toEqual([[], []])
  })

  it('is a link only where it is an address of the web', () => {
    const link = (href: string): string => renderToStaticMarkup(<OutsideLink href={href}>name</OutsideLink>)
    expect(['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,<b>', 'blob:x', '//evil.example', 'x'].map(link)).toEqual(Array(6).fill('name'))
    expect(link('https://huggingface.co/a/b')).toContain('href="https://huggingface.co/a/b"')
  })

  it('has no way to become HTML', () => {
    const root = fileURLToPath(new URL('..', import.meta.url))
    const sinks = new RegExp(['inner' + 'HTML', 'outer' + 'HTML', 'dangerously' + 'Set', 'insertAdjacent' + 'HTML', 'document\\.' + 'write', 'createContextual' + 'Fragment', 'set' + 'HTMLUnsafe', 'src' + 'doc', 'new ' + 'Function\\(', '\\bev' + 'al\\('].join('|'))
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))
    expect(files.length).toBeGreaterThan(300)
    expect(files.filter((path) => sinks.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
  })
})
