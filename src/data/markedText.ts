// Conversations written into one text with marks for who speaks: `### Human: … ### Assistant: …`, `Human:`/`Assistant:` after
// blank lines, `USER:`/`ASSISTANT:`, Alpaca's `### Instruction:`/`### Response:`, ChatML's `<|im_start|>user`, `<|user|>`, and
// Llama's `[INST] … [/INST] …`.
import type { Message } from './row.ts'

const USER = 'user|human|instruction|question|prompter'
const ASSISTANT = 'assistant|gpt|response|answer|bot'
const ROLES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(USER.split('|').map((name) => [name, 'user'])),
  ...Object.fromEntries(ASSISTANT.split('|').map((name) => [name, 'assistant'])),
  system: 'system',
  input: 'input',
  inst: 'user',
  '/inst': 'assistant',
}

interface Style {
  readonly mark: RegExp
}
/** The first that cuts a text into someone asking and someone answering is its style. */
const STYLES: readonly Style[] = [
  { mark: new RegExp(`(?<!#)###[ \\t]*(${USER}|${ASSISTANT}|system|input)\\s*:`, 'gi') },
  { mark: /(?:^|\n\s*\n)\s*(human|assistant)\s*:/gi },
  { mark: /(?:^|\n|\s|<\/s>)(USER|ASSISTANT):/g },
  { mark: /<\|im_start\|>(user|assistant|system)[ \t]*\n/g },
  { mark: /<\|(user|assistant|system)\|>/g },
  { mark: /\[(\/?INST)\]/g },
]

/** What ends a turn, and begins the next. */
const END = /(?:<\/s>|<\|im_end\|>|<\|end\|>|<\|endoftext\|>)\s*(?:<s>)?\s*$/
const SYSTEM = /^<<SYS>>([\s\S]*?)<<\/SYS>>/

/** Turns of a marked text; undefined for a text without both sides. */
export function markedTurns(text: string): Message[] | undefined {
  for (const { mark } of STYLES) {
    const marks = [...text.matchAll(mark)]
    const roles = marks.map((m) => ROLES[m[1].toLowerCase()])
    const asks = roles.indexOf('user')
    if (asks < 0 || roles.indexOf('assistant', asks) < 0) continue
    const messages: Message[] = []
    const before = text.slice(0, marks[0].index).trim()
    if (before !== '' && before !== '<s>') messages.push({ role: 'system', content: before })
    marks.forEach((m, i) => {
      const content = text
        .slice(m.index + m[0].length, marks[i + 1]?.index ?? text.length)
        .replace(END, '')
        .trim()
      const told = messages.length === 0 ? SYSTEM.exec(content) : undefined
      if (told) messages.push({ role: 'system', content: told[1].trim() })
      const last = messages.at(-1)
      // Alpaca's input belongs to what is asked.
      if (roles[i] === 'input' && last?.role === 'user') messages[messages.length - 1] = { role: 'user', content: [last.content, content].filter((t) => t !== '').join('\n\n') }
      else messages.push({ role: roles[i] === 'input' ? 'user' : roles[i], content: told ? content.slice(told[0].length).trim() : content })
    })
    return messages
  }
  return undefined
}
