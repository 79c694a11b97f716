// Everything that can be acted on, read off the page itself: a new button, field or disclosure is a command without being
// named anywhere. Knows elements, not what they do.

export interface Command {
  readonly id: string
  readonly label: string
  /** Where it stands: a section's heading. */
  readonly place: string
  /** What else finds it: an option's name in a recipe. */
  readonly otherwise?: string
  run(): void
}

const CONTROLS = 'button, summary, input, select, textarea, a.button'

/** In the order of the page. What is disabled, and what stands in a dialog, is left out. */
export function pageCommands(root: ParentNode = document): readonly Command[] {
  const seen = new Set<string>()
  return [...root.querySelectorAll<HTMLElement>(CONTROLS)].flatMap((element, i): Command[] => {
    if (element.closest('dialog, [data-no-command], [inert]') || element.matches(':disabled, [type=hidden]')) return []
    const label = nameOf(element)
    const place = placeOf(element)
    if (label === '' || seen.has(`${place}/${label}`)) return []
    seen.add(`${place}/${label}`)
    const otherwise = element.getAttribute('name') ?? ''
    return [{ id: `page-${i}`, label, place, otherwise, run: () => act(element) }]
  })
}

const words = (text: string | null | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ').trim()

function nameOf(element: HTMLElement): string {
  const named = words(element.getAttribute('aria-label'))
  if (named !== '') return named
  const by = element.getAttribute('aria-labelledby')
  if (by) return words(by.split(' ').map((id) => document.getElementById(id)?.textContent).join(' '))
  const labels = (element as HTMLInputElement).labels
  if (labels && labels.length > 0) return words([...labels].map(textOf).join(' '))
  return words(textOf(element))
}

/** Without the texts of controls inside, such as the choices of a select. */
function textOf(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement
  for (const inner of copy.querySelectorAll('select, textarea, svg, option')) inner.remove()
  return copy.textContent
}

const placeOf = (element: HTMLElement): string => words(element.closest('section:has(h2)')?.querySelector('h2')?.textContent)

/** Opens what hides it, then presses, ticks or focuses it. */
function act(element: HTMLElement): void {
  for (let details = element.parentElement?.closest('details'); details; details = details.parentElement?.closest('details')) details.open = true
  element.focus()
  element.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth' })
  if (element.tagName === 'SUMMARY') {
    const { parentElement: details } = element
    if (details instanceof HTMLDetailsElement) details.open = true
  } else if (isPressed(element)) element.click()
}

/** A field is typed in, and what says that it must wait is only shown. */
const isPressed = (element: HTMLElement): boolean =>
  element.matches('button, a.button, input[type=radio], input[type=checkbox], input[type=file]') && element.getAttribute('aria-disabled') !== 'true'
