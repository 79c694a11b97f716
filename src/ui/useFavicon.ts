// Keeps the tab's icon in step with the run.
import { useEffect } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { useApp } from './AppContext.ts'
import { iconAddress, iconOf } from './favicon.ts'

export function useFavicon(): void {
  const icon = useApp(useShallow((s) => iconOf(s.run)))
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (!link) return
    link.dataset['rest'] ??= link.href
    link.href = iconAddress(icon, link.dataset['rest'])
  }, [icon])
}
