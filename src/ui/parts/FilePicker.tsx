// A button that picks a file or a whole folder: the same files as a drop, for hands that cannot drag.
import type { NamedFile } from '../../protocol/studio.ts'
import { namedFiles } from '../collectFiles.ts'
import './FilePicker.css'

interface Props {
  label: string
  folder?: boolean
  accept?: string
  disabled?: boolean
  onPick: (files: readonly NamedFile[]) => void
}

export function FilePicker({ label, folder = false, accept, disabled = false, onPick }: Props) {
  return (
    <label className="button file-picker" data-disabled={disabled || undefined}>
      <input
        type="file"
        className="unseen"
        disabled={disabled}
        accept={accept}
        ref={(input) => {
          if (input) input.webkitdirectory = folder
        }}
        onChange={(e) => {
          if (e.target.files && e.target.files.length > 0) onPick(namedFiles(e.target.files))
          // The same file may be picked again after it was corrected.
          e.target.value = ''
        }}
      />
      {label}
    </label>
  )
}
