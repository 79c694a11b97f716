// Answers one prompt with the base and any adapters, text as it comes; the adapters may change from token to token.
import { streamDecoder } from '../data/streamDecoder.ts'
import type { AdapterUse } from '../protocol/adapters.ts'
import { Fault } from '../protocol/failure.ts'
import type { GenerateRequest, ReplyToken } from '../protocol/studio.ts'
import type { AdapterDeck } from './adapterDeck.ts'
import { askedIds } from './askedIds.ts'
import type { Base } from './base.ts'
import { generate } from './generate.ts'
import { likeliest } from './likeliest.ts'
import { stopTokens } from './stopTokens.ts'

export interface ReplyOptions {
  readonly base: Base
  /** Holds every adapter of the request. */
  readonly deck: Pick<AdapterDeck, 'speak'>
  readonly request: GenerateRequest
  /** What a typed prompt must end with where the model has no chat template. */
  readonly promptEnd: string
  /** Asked before every token but the first: adapters to go on with, on the deck already; undefined leaves them. */
  live(): readonly AdapterUse[] | undefined
  /** @param segment switches before the text. @param token where the request asks for the likeliest */
  onText(delta: string, segment: number, token?: ReplyToken): void
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
  const say = (delta: string, token?: ReplyToken): void => {
    if (delta === '' && !token) return
    whole += delta
    onText(delta, segment, token)
  }
  const { topTokens = 0 } = request
  // A token is written as it stands behind the one before it, where its space is part of it.
  let before = [...ids.subarray(-1)]
  const inPlace = (id: number): string => tokenizer.decode([...before, id], { skipSpecial: false }).slice(tokenizer.decode(before, { skipSpecial: false }).length)
  const tokenOf = (text: string, id: number, logits: Float32Array): ReplyToken => {
    const { top, chosen } = likeliest(logits, topTokens, id)
    return { text, probability: chosen, top: top.map((t) => ({ text: inPlace(t.id), probability: t.probability })) }
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
    for await (const { token, logits } of generate(await speaker.decoder(uses), [ids], options)) {
      if (cancelled()) break
      if (pending && count >= pending.at) {
        segment = pending.segment
        pending = undefined
      }
      count++
      const text = decode.push(token)
      say(text, topTokens > 0 ? tokenOf(text, token, logits) : undefined)
      before = [token]
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
