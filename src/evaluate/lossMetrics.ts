// Perplexity and bits per byte from sums over rows: nats, predicted tokens, and UTF-8 bytes of these tokens. Bits per byte do
// not depend on the tokenizer, so models can be compared by them.

export type RowLoss = readonly [nats: number, tokens: number, bytes: number]

export const perplexity = ([nats, tokens]: readonly number[]): number => (tokens > 0 ? Math.exp(nats / tokens) : Number.NaN)
export const bitsPerByte = ([nats, , bytes]: readonly number[]): number => (bytes > 0 ? nats / Math.LN2 / bytes : Number.NaN)
