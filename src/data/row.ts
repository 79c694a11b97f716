// One row of a dataset in the one form the rest of the studio knows. Columns and file formats end here.

export interface Message {
  readonly role: string
  readonly content: string
}

export type Row =
  | { readonly line: number; readonly kind: 'text'; readonly text: string }
  | { readonly line: number; readonly kind: 'chat'; readonly messages: readonly Message[] }
  | { readonly line: number; readonly kind: 'completion'; readonly prompt: string; readonly completion: string }

/** Equal for rows of equal content, wherever they stand in the file. */
export function rowKey(row: Row): string {
  switch (row.kind) {
    case 'text':
      return JSON.stringify([row.text])
    case 'chat':
      return JSON.stringify(row.messages.map((m) => [m.role, m.content]))
    case 'completion':
      return JSON.stringify([row.prompt, row.completion])
    default:
      return row satisfies never
  }
}
