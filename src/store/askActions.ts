// Asks the base and the tuned model the same thing and streams both answers into the store, side by side.
import type { Context } from './appStore.ts'
import { isAnswering, type Reply, type Sampling } from './appState.ts'
import { batch } from './batch.ts'
import { answer } from './held.ts'

export interface AskActions {
  setSampling(part: Partial<Sampling>): void
  /** With a run's id the tuned model answers too. */
  ask(prompt: string, runId: string | undefined): Promise<void>
  stopAsking(): Promise<void>
}

export function askActions({ studio, store }: Context): AskActions {
  const { getState, setState } = store

  const setReply = (which: 'base' | 'tuned', change: (reply: Reply) => Reply): void =>
    setState((s) => (s.asked ? { asked: { ...s.asked, [which]: change(s.asked[which] ?? { text: '', busy: true }) } } : {}))

  async function reply(which: 'base' | 'tuned', prompt: string, runId: string | undefined): Promise<void> {
    setReply(which, () => ({ text: '', busy: true }))
    const text = batch<string>((parts) => setReply(which, (r) => ({ ...r, text: r.text + parts.join('') })))
    const adapters = which === 'tuned' && runId !== undefined ? [{ id: runId, weight: 1 }] : []
    const request = { prompt, adapters, ...getState().sampling }
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
    async ask(prompt, runId) {
      if (isAnswering(getState())) return
      setState({ asked: { prompt } })
      await Promise.all([reply('base', prompt, runId), ...(runId === undefined ? [] : [reply('tuned', prompt, runId)])])
    },
    stopAsking: () => studio.stopGenerating(),
  }
}
