// The ways out beside a download: into a folder that the person chooses, where the browser can, and to the Hub, where there is one.
import type { Parcel } from '../../protocol/takeAway.ts'
import { keyOf } from '../../store/sendActions.ts'
import { useActions, useApp } from '../AppContext.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { chooseFolder } from '../chooseFolder.ts'
import { PushDialog } from './PushDialog.tsx'
import { SendBar } from './SendBar.tsx'
import { OutsideLink } from '../parts/OutsideLink.tsx'
import { say } from '../words/language.ts'

interface Props {
  /** What leaves; undefined while there is nothing. */
  parcel: Parcel | undefined
  /** Of what is sent, in the names of buttons: “the adapter”. */
  what: string
  disabled: boolean
  className?: string
}

export function FolderButton({ parcel, what, disabled, className }: Props) {
  const isSending = useApp((s) => s.sending?.doing !== undefined)
  const { writeParcel } = useActions()
  if (!('showDirectoryPicker' in window)) return null
  const write = async (): Promise<void> => {
    const into = await chooseFolder()
    if (into && parcel) await writeParcel(parcel, into)
  }
  return (
    <button type="button" className={className} disabled={disabled || isSending || !parcel} aria-label={say().send.toFolderName(what)} onClick={() => void write()}>
      {say().send.toFolder}
    </button>
  )
}

/** @param name proposed for the repository */
export function HubButton({ name, disabled, ...rest }: Props & { name: string }) {
  const isSending = useApp((s) => s.sending?.doing !== undefined)
  return <PushDialog {...rest} name={name} disabled={disabled || isSending || !rest.parcel} />
}

/** How it goes, where no dialog says so. */
export function SendStatus({ parcel }: Pick<Props, 'parcel'>) {
  const sending = useApp((s) => (parcel && s.sending?.key === keyOf(parcel) ? s.sending : undefined))
  const { doing, failure, folder, pushed } = sending ?? {}
  return (
    <>
      {(doing === 'folder' || doing === 'hub') && <SendBar />}
      {/* Stands there from the start, so that what it says later is read aloud. */}
      <p role="status" className="small send-status">
        {folder !== undefined && say().send.written(folder)}
        {pushed && (
          <>
            {say().send.sentTo}{' '}
            <OutsideLink href={pushed.url}>{pushed.repo}</OutsideLink>
            , {pushed.isPrivate ? say().send.onlyYou : say().send.everybody}.
          </>
        )}
      </p>
      {failure && <FailureNote failure={failure} />}
    </>
  )
}
