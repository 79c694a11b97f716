// Asks the base and the tuned model the same thing and streams both answers into the store, side by side.
import type { AdapterUse } from '../protocol/adapters.ts'
import { activeUses } from './adapterUses.ts'
import type { Context } from './appStore.ts'
import { isAnswering, type Reply, type Sampling } from './appState.ts'
import { batch } from './batch.ts'
import { answer } from './held.ts'

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
    const text = batch<string>((parts) => setReply(which, (r) => ({ ...r, text: r.text + parts.join('') })))
    const { systemPrompt: system } = getState().recipe.evaluation
    const request = { prompt, adapters, answerId, ...getState().sampling, ...(system !== undefined && system.trim() !== '' && { system }) }
    const result = await answer(studio.generate(request, (delta) => text.add(delta)))
    text.flush()
    setReply(which, (r) => {
      if (result.ok) return { text: result.value, busy: false }
      return result.failure.code === 'cancelled'
        ? { text: r.text, busy: false }
        : { text: r.text, busy: false, failure: result.failure }
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
