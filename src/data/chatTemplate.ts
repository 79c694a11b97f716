// Renders a model's chat template (Jinja). A template comes with a download, so it is held to caps on its size, its
// steps, its time and its output. The clock is left undefined, because a run must render the same text on any day.
import { Environment, parse, tokenize } from '@huggingface/jinja'
import { Fault, messageOf } from '../protocol/failure.ts'
import { MAX_TEXT, runBounded, type Program } from './boundedInterpreter.ts'
import type { Message, ToolCall } from './row.ts'

const MAX_TEMPLATE = 64 * 1024
const MAX_RANGE = 10_000

export interface RenderOptions {
  readonly addGenerationPrompt: boolean
  readonly specialTokens?: Readonly<Record<string, string>>
  /** Tools that the assistant may call, as JSON schemas. */
  readonly tools?: readonly unknown[]
}

export function renderChat(template: string, messages: readonly Message[], options: RenderOptions): string {
  const program = parsed(template)
  const env = new Environment()
  const globals: Record<string, unknown> = {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range: boundedRange,
    raise_exception: (message: unknown) => {
      throw new Error(typeof message === 'string' ? message : 'it refuses the row.')
    },
    ...options.specialTokens,
    messages: messages.map((m) => asTemplateReads(m, template)),
    add_generation_prompt: options.addGenerationPrompt,
    tools: options.tools ?? null,
    documents: null,
  }
  for (const [name, value] of Object.entries(globals)) env.set(name, value)
  let text: unknown
  try {
    text = runBounded(program, env)
  } catch (error) {
    throw fault(reasonOf(error))
  }
  if (typeof text !== 'string') throw fault('it gave no text.')
  if (text.length > MAX_TEXT) throw fault(`its output has ${text.length} characters, and at most ${MAX_TEXT} are allowed.`)
  return text
}

/** Calls of tools under their own name where the template knows it; elsewhere as what the assistant says, so that none is lost. */
function asTemplateReads({ role, content, tool_calls: calls, tool_call_id: id, name }: Message, template: string): Record<string, unknown> {
  const said = calls && !template.includes('tool_calls') ? toolCallText(content, calls) : content
  return { role, content: said, ...(calls && said === content && { tool_calls: calls }), ...(id !== undefined && { tool_call_id: id }), ...(name !== undefined && { name }) }
}

/** What the assistant says, and the calls it makes, a line each. */
export function toolCallText(content: string, calls: readonly ToolCall[]): string {
  return [...(content.trim() === '' ? [] : [content.trim()]), ...calls.map((c) => JSON.stringify(c.function))].join('\n')
}

/** The last template, because one dataset renders one template thousands of times. */
let last: { readonly template: string; readonly program: Program } | undefined

function parsed(template: string): Program {
  if (last?.template === template) return last.program
  if (template.length > MAX_TEMPLATE)
    throw fault(`it has ${template.length} characters, and at most ${MAX_TEMPLATE} are allowed.`)
  try {
    const program = parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true }))
    last = { template, program }
    return program
  } catch (error) {
    throw fault(reasonOf(error))
  }
}

function boundedRange(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (!(count <= MAX_RANGE)) throw new Error('its range is too long.')
  return Array.from({ length: count }, (_, i) => from + i * step)
}

const reasonOf = (error: unknown): string => (error instanceof RangeError ? 'it nests too deeply.' : messageOf(error))

function fault(reason: string): Fault {
  return new Fault(
    'bad-data',
    `The chat template of this model could not render the row: ${reason}`,
    'Check that roles alternate and that the template is complete.',
  )
}
