// One row of a dataset in the one form the rest of the studio knows. Columns and file formats end here.

/** A tool that the assistant calls; arguments as JSON holds them. */
export interface ToolCall {
  readonly id?: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: unknown }
}

export interface Message {
  readonly role: string
  readonly content: string
  readonly tool_calls?: readonly ToolCall[]
  readonly tool_call_id?: string
  /** Of the tool that answers, or of who speaks. */
  readonly name?: string
  /** 0: an assistant's turn that is read and not learned, as OpenAI's files mark it. */
  readonly weight?: 0
}

export type Row =
  | { readonly line: number; readonly kind: 'text'; readonly text: string }
  | {
      readonly line: number
      readonly kind: 'chat'
      readonly messages: readonly Message[]
      /** Tools that the assistant may call, as JSON schemas. */
      readonly tools?: readonly unknown[]
    }
  | {
      readonly line: number
      readonly kind: 'completion'
      readonly prompt: string
      readonly completion: string
      /** Where the second of two texts begins in the prompt. */
      readonly secondAt?: number
    }
  /** Words, each with its label. */
  | { readonly line: number; readonly kind: 'words'; readonly words: readonly string[]; readonly labels: readonly string[] }

/** Labelled words as what a model would write: the words are asked, their labels answered, in order. */
export const asWritten = ({ line, words, labels }: Extract<Row, { kind: 'words' }>): Extract<Row, { kind: 'completion' }> => ({ line, kind: 'completion', prompt: `${words.join(' ')}\n`, completion: labels.join(' ') })

/** What a classifier is to find in a row: its label, or of labelled words the rarest by `counts`; undefined without any. */
export function labelOf(row: Row, counts: ReadonlyMap<string, number> = new Map()): string | undefined {
  if (row.kind === 'completion') return row.completion.trim()
  if (row.kind !== 'words') return undefined
  return row.labels.reduce((rarest, l) => ((counts.get(l) ?? 0) < (counts.get(rarest) ?? 0) ? l : rarest), row.labels[0])
}

/** Equal for rows of equal content, wherever they stand in the file. */
export function rowKey(row: Row): string {
  switch (row.kind) {
    case 'text':
      return JSON.stringify([row.text])
    case 'chat':
      return JSON.stringify(row.messages.map((m) => (m.tool_calls ? [m.role, m.content, m.tool_calls] : [m.role, m.content])))
    case 'completion':
      return JSON.stringify([row.prompt, row.completion])
    case 'words':
      return JSON.stringify([row.words, row.labels])
    default:
      return row satisfies never
  }
}

/** Its texts, one after the other. */
export function rowTexts(row: Row): readonly string[] {
  switch (row.kind) {
    case 'text':
      return [row.text]
    case 'chat':
      return row.messages.flatMap((m) => (m.tool_calls ? [m.role, m.content, JSON.stringify(m.tool_calls)] : [m.role, m.content]))
    case 'completion':
      return [row.prompt, row.completion]
    case 'words':
      return [row.words.join(' '), row.labels.join(' ')]
    default:
      return row satisfies never
  }
}
