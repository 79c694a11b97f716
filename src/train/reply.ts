// Answers one prompt with the base or a tuned model, text as it comes.
import { promptIds } from '../data/prompt.ts'
import { streamDecoder } from '../data/streamDecoder.ts'
import { attachAll } from '../methods/registry.ts'
import { Fault } from '../protocol/failure.ts'
import type { GenerateRequest, RunRecord } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { subjectOf, type Base } from './base.ts'
import { Decoder } from './decoder.ts'
import { generate } from './generate.ts'
import { Params } from './params.ts'
import type { Subject } from './step.ts'
import { stopTokens } from './stopTokens.ts'

/** The trained tensors of a run's last checkpoint, on the GPU. */
export class Tuned {
  private constructor(
    readonly subject: Subject,
    readonly params: Params,
    private readonly runId: string,
    private readonly step: number,
  ) {}

  static async load(base: Base, storage: Storage, { id, step, recipe }: RunRecord): Promise<Tuned> {
    const saved = await storage.checkpoints.load(id)
    const values = saved?.parts.get('values')
    if (!values) throw new Fault('storage', 'This run has no checkpoint yet.', 'Let it train until its first checkpoint, or pause it.')
    const subject = subjectOf(base, attachAll(recipe.methods, base.outline))
    await base.weights.load(subject.census.weights)
    const params = await Params.make(base.memory, subject.layout)
    params.write('values', new Float32Array(values.slice().buffer))
    return new Tuned(subject, params, id, step)
  }

  matches(runId: string, step: number): boolean {
    return this.runId === runId && this.step === step
  }
  dispose(): void {
    this.params.dispose()
  }
}

/** @param promptEnd what a typed prompt must end with where the model has no chat template */
export async function reply(base: Base, tuned: Tuned | undefined, request: GenerateRequest, promptEnd: string, onText: (delta: string) => void, cancelled: () => boolean): Promise<string> {
  const tokenizer = base.tokenizer()
  const { chatTemplate } = base.folder
  const subject = tuned?.subject ?? subjectOf(base, [])
  if (!tuned) await base.weights.load((subject as ReturnType<typeof subjectOf>).census.weights)
  const text = chatTemplate === undefined && !request.prompt.endsWith(promptEnd) ? request.prompt + promptEnd : request.prompt
  const ids = promptIds(text, tokenizer, chatTemplate === undefined ? {} : { chatTemplate })
  const { contextLength } = base.family.dimensions(base.config)
  if (ids.length >= contextLength) throw new Fault('bad-data', `The prompt has ${ids.length} tokens, and this model reads at most ${contextLength}.`, 'Shorten the prompt.')
  const decoder = await Decoder.make(base, subject, tuned?.params, 1, Math.min(contextLength, ids.length + request.maxNewTokens))
  const decode = streamDecoder(tokenizer)
  let whole = ''
  const say = (delta: string): void => {
    if (delta === '') return
    whole += delta
    onText(delta)
  }
  try {
    const { maxNewTokens, temperature, topK, topP, seed } = request
    for await (const { token } of generate(decoder, [ids], { maxNewTokens, sampling: { temperature, topK, topP, seed }, stop: stopTokens(base) })) {
      if (cancelled()) break
      say(decode.push(token))
    }
    say(decode.end())
    return whole
  } finally {
    decoder.dispose()
  }
}
