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
  | { readonly line: number; readonly kind: 'completion'; readonly prompt: string; readonly completion: string }

/** Equal for rows of equal content, wherever they stand in the file. */
export function rowKey(row: Row): string {
  switch (row.kind) {
    case 'text':
      return JSON.stringify([row.text])
    case 'chat':
      return JSON.stringify(row.messages.map((m) => (m.tool_calls ? [m.role, m.content, m.tool_calls] : [m.role, m.content])))
    case 'completion':
      return JSON.stringify([row.prompt, row.completion])
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
    default:
      return row satisfies never
  }
}
