// Answers one prompt with the base and any adapters, text as it comes; the adapters may change from token to token.
import { streamDecoder } from '../data/streamDecoder.ts'
import type { AdapterUse } from '../protocol/adapters.ts'
import { Fault } from '../protocol/failure.ts'
import type { GenerateRequest } from '../protocol/studio.ts'
import type { AdapterDeck } from './adapterDeck.ts'
import { askedIds } from './askedIds.ts'
import type { Base } from './base.ts'
import { generate } from './generate.ts'
import { stopTokens } from './stopTokens.ts'

export interface ReplyOptions {
  readonly base: Base
  /** Holds every adapter of the request. */
  readonly deck: AdapterDeck
  readonly request: GenerateRequest
  /** What a typed prompt must end with where the model has no chat template. */
  readonly promptEnd: string
  /** Asked before every token but the first: adapters to go on with, on the deck already; undefined leaves them. */
  live(): readonly AdapterUse[] | undefined
  /** @param segment switches before the text */
  onText(delta: string, segment: number): void
  cancelled(): boolean
}

export async function reply({ base, deck, request, promptEnd, live, onText, cancelled }: ReplyOptions): Promise<string> {
  const tokenizer = base.tokenizer()
  const ids = askedIds(base, request.prompt, promptEnd, request.system)
  const { contextLength } = base.family.dimensions(base.config)
  if (ids.length >= contextLength) throw new Fault('bad-data', `The prompt has ${ids.length} tokens, and this model reads at most ${contextLength}.`, 'Shorten the prompt.')
  const switches = planned(request)
  const speaker = await deck.speak([request.adapters, ...switches.map((s) => s.adapters)], Math.min(contextLength, ids.length + request.maxNewTokens))
  const decode = streamDecoder(tokenizer)
  let whole = ''
  let segment = 0
  let uses = request.adapters
  const say = (delta: string): void => {
    if (delta === '') return
    whole += delta
    onText(delta, segment)
  }
  try {
    const { maxNewTokens, temperature, topK, topP, seed } = request
    let pending: { readonly at: number; readonly segment: number } | undefined
    const decoderAt = async (n: number) => {
      const next = live() ?? switches.find((s) => s.afterTokens === n)?.adapters
      if (next) {
        uses = next
        pending = { at: n, segment: (pending?.segment ?? segment) + 1 }
      }
      return speaker.decoder(uses)
    }
    const options = { maxNewTokens, sampling: { temperature, topK, topP, seed }, stop: stopTokens(base), decoderAt }
    let count = 0
    for await (const { token } of generate(await speaker.decoder(uses), [ids], options)) {
      if (cancelled()) break
      if (pending && count >= pending.at) {
        segment = pending.segment
        pending = undefined
      }
      count++
      say(decode.push(token))
    }
    say(decode.end())
    return whole
  } finally {
    speaker.leave()
  }
}

function planned({ switches = [] }: GenerateRequest): NonNullable<GenerateRequest['switches']> {
  let before = 0
  for (const { afterTokens } of switches) {
    if (!Number.isInteger(afterTokens) || afterTokens <= before) throw new Fault('bad-recipe', `Switches must come after 1 token or more, in ascending order; found ${afterTokens}.`, 'Correct the numbers of tokens.')
    before = afterTokens
  }
  return switches
}
