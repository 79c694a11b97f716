// The explanation beside its question mark. Base UI keeps it within the window, closes it on Escape and on a press elsewhere,
// and gives focus back.
import { Popover } from '@base-ui/react/popover'
import { useWords } from '../words/language.ts'
import { explainNothing, type Term } from './explained.ts'

export function ExplainPopover({ of, beside }: { of: Term; beside: HTMLElement }) {
  const w = useWords().teach
  const { name, text } = w.terms[of]
  return (
    <Popover.Root open onOpenChange={(open, { event }) => !open && !beside.contains(event.target as Node | null) && explainNothing()}>
      <Popover.Portal>
        <Popover.Positioner anchor={beside} side="bottom" align="start" sideOffset={6} collisionPadding={8} className="explain-place">
          <Popover.Popup className="explain-popup" data-no-command finalFocus={() => beside}>
            <Popover.Title className="explain-title">{name}</Popover.Title>
            <Popover.Description>{text}</Popover.Description>
            <Popover.Close className="quiet" data-no-command>
              {w.close}
            </Popover.Close>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
