// Asks the base and the tuned model the same thing and streams both answers into the store, side by side.
import type { AdapterUse } from '../protocol/adapters.ts'
import type { GenerateRequest, ReplyToken, Result } from '../protocol/studio.ts'
import { activeUses } from './adapterUses.ts'
import type { Context } from './context.ts'
import { isAnswering, type Reply, type Sampling } from './appState.ts'
import { batch } from './batch.ts'
import { answer } from './held.ts'

/** Alternatives that each token of an answer is told with. */
const TOP_TOKENS = 8

export interface AskActions {
  setSampling(part: Partial<Sampling>): void
  setPrompt(prompt: string): void
  /** The base answers, and beside it the base with the active adapters. */
  ask(prompt: string): Promise<void>
  stopAsking(): Promise<void>
}

export function askActions({ studio, store }: Context): AskActions {
  const { getState, setState } = store
  let asks = 0

  const setReply = (which: 'base' | 'tuned', change: (reply: Reply) => Reply): void =>
    setState((s) => (s.asked ? { asked: { ...s.asked, [which]: change(s.asked[which] ?? { text: '', busy: true }) } } : {}))

  /** Answers of one batch, each heard as it is written. */
  async function replies(prompt: string, asked: readonly { readonly which: 'base' | 'tuned'; readonly adapters: readonly AdapterUse[]; readonly answerId: string }[]): Promise<void> {
    const { recipe, sampling } = getState()
    const { systemPrompt: system } = recipe.evaluation
    const texts = asked.map(({ which }) => {
      setReply(which, () => ({ text: '', busy: true }))
      return batch<Said>((parts) => setReply(which, (r) => parts.reduce(heard, r)))
    })
    const requests = asked.map(({ adapters, answerId }): GenerateRequest => ({ prompt, adapters, answerId, topTokens: TOP_TOKENS, ...sampling, ...(system !== undefined && system.trim() !== '' && { system }) }))
    const ended = new Set<number>()
    const end = (i: number, result: Result<string>): void => {
      // Told twice; by then the next may have been asked.
      if (ended.has(i)) return
      ended.add(i)
      texts[i].flush()
      setReply(asked[i].which, (r) => {
        const done = { ...r, busy: false }
        if (result.ok) return { ...done, text: result.value }
        return result.failure.code === 'cancelled' ? done : { ...done, failure: result.failure }
      })
    }
    const told = await answer(studio.generateBeside(requests, (i, delta, _segment, token) => texts[i].add({ delta, ...(token && { token }) }), end).then((results): Result<readonly Result<string>[]> => ({ ok: true, value: results })))
    asked.forEach((_, i) => end(i, told.ok ? told.value[i] : told))
  }

  return {
    setPrompt: (prompt) => setState({ prompt }),
    setSampling: (part) => setState((s) => ({ sampling: { ...s.sampling, ...part } })),
    async ask(prompt) {
      if (isAnswering(getState())) return
      const uses = activeUses(getState())
      const answerId = `answer-${++asks}`
      setState({ asked: { prompt, answerId, uses: [uses] } })
      await replies(prompt, [
        { which: 'base', adapters: [], answerId: `${answerId}-base` },
        ...(uses.length > 0 ? [{ which: 'tuned', adapters: uses, answerId } as const] : []),
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
