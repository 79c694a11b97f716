// Turns ids that arrive one by one into text, without ever showing half a character: a token that ends inside a
// UTF-8 sequence waits for the next. Decodes a short window, because some decoders treat a text's start specially.
import type { Tokenizer } from './tokenizer.ts'

export interface StreamDecoder {
  /** The text this id completes; empty while a character is incomplete. */
  push(id: number): string
  /** What is left, an incomplete character included. */
  end(): string
}

export function streamDecoder(tokenizer: Tokenizer, options: { readonly skipSpecial?: boolean } = {}): StreamDecoder {
  // `shown` ids of the window are already out; the window's start keeps its decoding the same as inside the whole.
  let window: number[] = []
  let shown = 0
  const fresh = (): string => {
    const before = tokenizer.decode(window.slice(0, shown), options)
    const all = tokenizer.decode(window, options)
    return all.slice(before.length)
  }
  return {
    push(id) {
      window.push(id)
      const text = fresh()
      if (text === '' || text.endsWith('\ufffd')) return ''
      window = window.slice(shown)
      shown = window.length
      return text
    },
    end() {
      const text = fresh()
      window = []
      shown = 0
      return text
    },
  }
}
