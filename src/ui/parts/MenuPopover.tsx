// The list that a “More” button opens. Base UI keeps it within the window, closes it on Escape and on a press elsewhere, and gives
// focus back.
import { Popover } from '@base-ui/react/popover'
import type { MenuItem } from './menuItem.ts'

interface Props {
  title: string
  items: readonly MenuItem[]
  beside: HTMLElement
  onClose: () => void
}

export function MenuPopover({ title, items, beside, onClose }: Props) {
  return (
    <Popover.Root open onOpenChange={(open, { event }) => !open && !beside.contains(event.target as Node | null) && onClose()}>
      <Popover.Portal>
        <Popover.Positioner anchor={beside} side="bottom" align="end" sideOffset={4} collisionPadding={8} className="menu-place">
          <Popover.Popup className="menu-popup" data-no-command finalFocus={() => beside.querySelector('button')}>
            <Popover.Title className="unseen">{title}</Popover.Title>
            <ul>
              {items.map(({ label, disabled, danger, onChoose }) => (
                <li key={label}>
                  <Popover.Close className={danger ? 'quiet danger' : 'quiet'} disabled={disabled ?? false} onClick={onChoose}>
                    {label}
                  </Popover.Close>
                </li>
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
