// A row as the text the model reads, cut where training starts and stops. The first untrained segment is exactly what
// generation is given, so training and inference see the same prompt. Refuses to know tokens: see examples.ts.
import { asWritten, type Message, type Row } from './row.ts'
import { renderChat, toolCallText } from './chatTemplate.ts'

export interface Segment {
  readonly text: string
  readonly trained: boolean
}
export interface TemplateOptions {
  readonly chatTemplate?: string
  readonly specialTokens?: Readonly<Record<string, string>>
  /** Tools that the assistant may call. */
  readonly tools?: readonly unknown[]
  /** What the model is told before a prompt; training rows carry theirs. */
  readonly system?: string
}
export interface RowOptions extends TemplateOptions {
  readonly trainOn: 'completions' | 'everything'
}

/** The segments in order; a plain text is one trained segment. */
export function renderRow(row: Row, options: RowOptions): Segment[] {
  const segments = cut(row, options).filter((s) => s.text !== '')
  return options.trainOn === 'everything' ? segments.map((s) => ({ ...s, trained: true })) : segments
}

/** Whether rendered text already carries its own first token, as chat templates do. */
export function isTemplated(row: Row, options: TemplateOptions): boolean {
  return row.kind !== 'text' && options.chatTemplate !== undefined
}

/** What a person types, as generation is given it. */
export function renderPrompt(text: string, options: TemplateOptions): string {
  const { system = '' } = options
  if (options.chatTemplate === undefined) return system.trim() === '' ? text : `${system.trimEnd()}\n${text}`
  return renderMessages([...(system.trim() === '' ? [] : [{ role: 'system', content: system }]), { role: 'user', content: text.trim() }], options)
}

/** A conversation up to the point where the assistant speaks. */
export function renderMessages(messages: readonly Message[], options: TemplateOptions): string {
  const { chatTemplate } = options
  if (chatTemplate === undefined)
    return (
      plainChat(messages)
        .map((s) => s.text)
        .join('') + 'Assistant:'
    )
  return renderChat(chatTemplate, messages, { ...options, addGenerationPrompt: true })
}

function cut(row: Row, options: TemplateOptions): Segment[] {
  const end: Segment = { text: options.specialTokens?.['eos_token'] ?? '', trained: true }
  switch (row.kind) {
    case 'text':
      return [{ text: row.text + end.text, trained: true }]
    case 'completion':
      if (options.chatTemplate !== undefined) return cutChat(turns(row.prompt, row.completion), options.chatTemplate, options)
      return [
        { text: row.prompt, trained: false },
        { text: row.completion + end.text, trained: true },
      ]
    case 'words':
      return cut(asWritten(row), options)
    case 'chat': {
      if (options.chatTemplate !== undefined) return cutChat(row.messages, options.chatTemplate, { ...options, ...(row.tools && { tools: row.tools }) })
      const segments = plainChat(row.messages)
      const last = segments.pop()
      return last?.trained
        ? [...segments, { text: last.text.trimEnd() + end.text, trained: true }]
        : [...segments, ...(last ? [last] : [])]
    }
    default:
      return row satisfies never
  }
}

/** Templates bring their own spacing, so the row's own edges go. */
function turns(prompt: string, completion: string): Message[] {
  return [
    { role: 'user', content: prompt.trim() },
    { role: 'assistant', content: completion.trim() },
  ]
}

/** Without a template: `User: …` and `Assistant: …` lines; a system turn stands as it is. */
function plainChat(messages: readonly Message[]): Segment[] {
  return messages.flatMap((m): Segment[] => {
    if (m.role === 'assistant')
      return [
        { text: 'Assistant:', trained: false },
        { text: ` ${(m.tool_calls ? toolCallText(m.content, m.tool_calls) : m.content).trim()}\n`, trained: m.weight !== 0 },
      ]
    if (m.role === 'system') return [{ text: `${m.content.trim()}\n`, trained: false }]
    return [{ text: `${m.role.charAt(0).toUpperCase()}${m.role.slice(1)}: ${m.content.trim()}\n`, trained: false }]
  })
}

function cutChat(messages: readonly Message[], template: string, options: TemplateOptions): Segment[] {
  const render = (count: number, addGenerationPrompt: boolean): string | undefined => {
    // A template may refuse a beginning (a lone system turn); the whole conversation must render.
    if (count === messages.length) return renderChat(template, messages, { ...options, addGenerationPrompt })
    try {
      return renderChat(template, messages.slice(0, count), { ...options, addGenerationPrompt })
    } catch {
      return undefined
    }
  }
  const full = render(messages.length, false) ?? ''
  const segments: Segment[] = []
  let at = 0
  let cursor = 0
  messages.forEach((message, i) => {
    // A template that knows calls of tools writes them itself, after what is said.
    const calls = template.includes('tool_calls') ? undefined : message.tool_calls
    const content = (calls ? toolCallText(message.content, calls) : message.content).trim()
    const hit = full.indexOf(content, cursor)
    const contentEnd = hit < 0 ? cursor : hit + content.length
    cursor = contentEnd
    if (message.role !== 'assistant' || message.weight === 0) return
    const before = render(i, true)
    const after = i + 1 === messages.length ? full : render(i + 1, false)
    const start = before !== undefined && before.length >= at && full.startsWith(before) ? before.length : hit
    let stop = after !== undefined && after.length >= start && full.startsWith(after) ? after.length : endOfTurn(full, contentEnd)
    // The mark that ends a turn is trained; the line break that templates put after it is not.
    const marked = start + full.slice(start, stop).trimEnd().length
    if (marked > contentEnd || hit < 0) stop = marked
    if (start < at || stop <= start) return
    segments.push({ text: full.slice(at, start), trained: false }, { text: full.slice(start, stop), trained: true })
    at = stop
  })
  return [...segments, { text: full.slice(at), trained: false }]
}

/** Where prefixes do not tell: the mark like `<|im_end|>` or `</s>` right after the content, if there is one. */
function endOfTurn(full: string, contentEnd: number): number {
  const mark = /^\s*<[^<>\s]+>/.exec(full.slice(contentEnd, contentEnd + 80))
  return contentEnd + (mark?.[0].length ?? 0)
}
