// What can be chosen in a menu.

export interface MenuItem {
  readonly label: string
  /** What the commands call it, where several stand on the page. */
  readonly name: string
  readonly disabled?: boolean
  /** It cannot be undone. */
  readonly danger?: boolean
  onChoose(): void
}
