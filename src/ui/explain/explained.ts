// Which term is being explained, and beside which button: one at a time on the whole page.
import { createStore } from 'zustand/vanilla'
import type { Words } from '../words/en.ts'

export type Term = keyof Words['teach']['terms']

export interface Explained {
  readonly of?: Term
  readonly beside?: HTMLElement
}

export const explained = createStore<Explained>(() => ({}))
export const explain = (of: Term, beside: HTMLElement): void => explained.setState({ of, beside }, true)
export const explainNothing = (): void => explained.setState({}, true)
