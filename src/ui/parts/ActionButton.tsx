// A button that may have to wait. It then says so but stays focusable: a disabled one would drop the focus that it has.
import type { ButtonHTMLAttributes } from 'react'

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'disabled' | 'type'> {
  blocked: boolean
  onAct: () => void
}

export function ActionButton({ blocked, onAct, ...rest }: Props) {
  return <button {...rest} type="button" aria-disabled={blocked || undefined} onClick={blocked ? undefined : onAct} />
}
