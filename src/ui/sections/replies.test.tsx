// Answers as the markup they make: text, tokens that can be chosen, and what differs, marked by more than colour.
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { ReplyToken } from '../../protocol/studio.ts'
import { createApp } from '../../store/appStore.ts'
import { AppProvider } from '../AppContext.ts'
import { testStudio } from '../testStudio.ts'
import { Replies } from './Replies.tsx'
import { ReplyTokens } from './ReplyTokens.tsx'

const tokens: readonly ReplyToken[] = [
  { text: 'Arr', probability: 0.92, top: [{ text: 'Arr', probability: 0.92 }, { text: '<b>', probability: 0.01 }] },
  { text: ' mate\n', probability: 0.2, top: [{ text: ' dog', probability: 0.7 }, { text: ' mate\n', probability: 0.2 }] },
  { text: '', probability: 0.5, top: [] },
]

it('an asked prompt keeps the tokens of both answers, and their text', async () => {
  const { store, actions } = createApp(testStudio())
  store.setState({ chosenUses: [{ id: 'x', weight: 1 }] })
  await actions.ask('Hello')
  const { base, tuned } = store.getState().asked!
  for (const reply of [base!, tuned!]) {
    expect(reply.busy).toBe(false)
    expect(reply.tokens!.map((t) => t.text).join('')).toBe(reply.text)
    expect(reply.tokens![0].top).toHaveLength(4)
  }
  expect(base!.text).not.toBe(tuned!.text)
})

describe('Replies', () => {
  const app = createApp(testStudio())
  const render = (): string => renderToStaticMarkup(<AppProvider value={{ ...app, store: { ...app.store, getInitialState: app.store.getState } }}><Replies /></AppProvider>)
  it('offers tokens where the engine told them, and differences where there are two answers', () => {
    const reply = { text: 'Arr mate', busy: false }
    app.store.setState({ asked: { prompt: 'p', uses: [[]], base: reply } })
    expect(render()).not.toContain('Show the answers as')
    app.store.setState({ asked: { prompt: 'p', uses: [[]], base: { ...reply, tokens } } })
    expect(render()).toMatch(/>Tokens<\/button>/)
    expect(render()).not.toContain('Differences')
    app.store.setState({ asked: { prompt: 'p', uses: [[]], base: reply, tuned: reply } })
    expect(render()).toMatch(/>Differences<\/button>/)
  })
})

describe('ReplyTokens', () => {
  const html = renderToStaticMarkup(<ReplyTokens title="Tokens of the base model’s answer" tokens={tokens} />)
  it('makes every token a button with its probability, one of them in the tab order', () => {
    expect(html.match(/<button/g)).toHaveLength(3)
    expect(html.match(/tabindex="0"/g)).toHaveLength(1)
    for (const label of ['Arr, 92 %', '␣mate↵, 20 %', '…, 50 %']) expect(html).toContain(`aria-label="${label}"`)
    expect(html).toContain('role="toolbar" aria-label="Tokens of the base model’s answer"')
  })
  it('marks what was less likely than not, and keeps a table for those who want one', () => {
    expect(html.match(/data-unsure/g)).toHaveLength(1)
    expect(html).toContain('Show as table')
  })
})
