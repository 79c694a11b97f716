// A button that may have to wait. It then says so but stays focusable: a disabled one would drop the focus that it has.
import type { ButtonHTMLAttributes, MouseEvent } from 'react'

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'disabled' | 'type'> {
  blocked: boolean
  onAct: () => void
}

export function ActionButton({ blocked, onAct, ...rest }: Props) {
  // The second half of a double click is no second wish: by then the button may do something else, such as go on after a pause.
  const act = (event: MouseEvent): void => {
    if (event.detail < 2) onAct()
  }
  return <button {...rest} type="button" aria-disabled={blocked || undefined} onClick={blocked ? undefined : act} />
}
