// Prompt methods as their files hold them: what the encoder made (`prompt_embeddings`), because the encoder itself is not
// saved. The same for prompt tuning, P-tuning and prefix tuning of PEFT. Such an adapter answers; it does not learn further.
import { sliceColumns } from '../ops/sliceColumns.ts'
import { Fault } from '../protocol/failure.ts'
import type { Attachment, ModelOutline } from './method.ts'

const KEY = 'prompt_embeddings'
const IDS: Readonly<Record<string, string>> = { PROMPT_TUNING: 'prompt_tuning', P_TUNING: 'p_tuning', PREFIX_TUNING: 'prefix_tuning' }

/** The attachment of a saved prompt or prefix; undefined when the config is another method's. */
export function attachSavedPrompt(config: Readonly<Record<string, unknown>>, model: ModelOutline): Attachment | undefined {
  const name = IDS[String(config['peft_type'])]
  if (name === undefined) return undefined
  const count = config['num_virtual_tokens']
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1)
    throw new Fault('bad-adapter', `adapter_config.json says num_virtual_tokens ${JSON.stringify(count)}, where a whole number from 1 on was expected.`, 'Save the adapter again with the library that made it.')
  if (Number(config['num_transformer_submodules'] ?? 1) !== 1) throw new Fault('bad-adapter', 'This prompt was made for an encoder and a decoder, and models here are one of these.', 'Open an adapter of a model that writes, or of an encoder.')
  const zeros = { kind: 'zeros' } as const
  if (name !== 'prefix_tuning') return { name, prompt: { count, embeddings: (site) => site.param(KEY, [count, model.embedded], zeros) } }
  const width = model.attention.kvHeads * model.attention.headSize
  return {
    name,
    prefix: {
      count,
      keysValues(site) {
        const all = site.param(KEY, [count, model.layers * 2 * width], zeros) // key and value of layer 0, then of layer 1, …
        const part = (i: number) => sliceColumns(site.graph, { x: all }, { start: (2 * site.layer + i) * width, size: width }).y
        return { k: part(0), v: part(1) }
      },
    },
  }
}
