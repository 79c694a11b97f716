// Asks the base and the tuned model the same thing and streams both answers into the store, side by side.
import type { AdapterUse } from '../protocol/adapters.ts'
import type { ReplyToken } from '../protocol/studio.ts'
import { activeUses } from './adapterUses.ts'
import type { Context } from './appStore.ts'
import { isAnswering, type Reply, type Sampling } from './appState.ts'
import { batch } from './batch.ts'
import { answer } from './held.ts'

/** Alternatives that each token of an answer is told with. */
const TOP_TOKENS = 8

export interface AskActions {
  setSampling(part: Partial<Sampling>): void
  /** The base answers, and beside it the base with the active adapters. */
  ask(prompt: string): Promise<void>
  stopAsking(): Promise<void>
}

export function askActions({ studio, store }: Context): AskActions {
  const { getState, setState } = store
  let asks = 0

  const setReply = (which: 'base' | 'tuned', change: (reply: Reply) => Reply): void =>
    setState((s) => (s.asked ? { asked: { ...s.asked, [which]: change(s.asked[which] ?? { text: '', busy: true }) } } : {}))

  async function reply(which: 'base' | 'tuned', prompt: string, adapters: readonly AdapterUse[], answerId: string): Promise<void> {
    setReply(which, () => ({ text: '', busy: true }))
    const text = batch<Said>((parts) => setReply(which, (r) => parts.reduce(heard, r)))
    const { systemPrompt: system } = getState().recipe.evaluation
    const request = { prompt, adapters, answerId, topTokens: TOP_TOKENS, ...getState().sampling, ...(system !== undefined && system.trim() !== '' && { system }) }
    const result = await answer(studio.generate(request, (delta, _segment, token) => text.add({ delta, ...(token && { token }) })))
    text.flush()
    setReply(which, (r) => {
      const ended = { ...r, busy: false }
      if (result.ok) return { ...ended, text: result.value }
      return result.failure.code === 'cancelled' ? ended : { ...ended, failure: result.failure }
    })
  }

  return {
    setSampling: (part) => setState((s) => ({ sampling: { ...s.sampling, ...part } })),
    async ask(prompt) {
      if (isAnswering(getState())) return
      const uses = activeUses(getState())
      const answerId = `answer-${++asks}`
      setState({ asked: { prompt, answerId, uses: [uses] } })
      await Promise.all([
        reply('base', prompt, [], `${answerId}-base`),
        ...(uses.length > 0 ? [reply('tuned', prompt, uses, answerId)] : []),
      ])
    },
    stopAsking: () => studio.stopGenerating(),
  }
}

interface Said {
  readonly delta: string
  readonly token?: ReplyToken
}

function heard(reply: Reply, { delta, token }: Said): Reply {
  const text = reply.text + delta
  if (token) return { ...reply, text, tokens: [...(reply.tokens ?? []), token] }
  // What a last, unfinished character comes to belongs to the last token.
  const last = reply.tokens?.at(-1)
  return last ? { ...reply, text, tokens: [...reply.tokens!.slice(0, -1), { ...last, text: last.text + delta }] } : { ...reply, text }
}
