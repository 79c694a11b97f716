// A button that goes with what it did. If it goes while it has the focus, the first button of its row takes that over: a keyboard
// would have to begin at the top of the page otherwise.
import { useLayoutEffect, useRef, type ButtonHTMLAttributes } from 'react'

export function PassingButton(props: Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'>) {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    const { current: own } = button
    // Cleaned up before it leaves the page.
    return () => {
      if (own && own === document.activeElement) own.parentElement?.querySelector('button')?.focus()
    }
  }, [])
  return <button {...props} type="button" ref={button} />
}
