// Progress with its name and numbers in words; without a total it only says what is going on.
import './ProgressBar.css'

interface Props {
  label: string
  done?: number | undefined
  total?: number | undefined
  /** The numbers in words, such as “2.1 MB of 6.3 MB”. */
  text?: string | undefined
}

export function ProgressBar({ label, done, total, text }: Props) {
  return (
    <div className="progress">
      <span>{label}</span>
      <span className="soft">{text}</span>
      {total !== undefined && total > 0 ? (
        <progress aria-label={label} value={done} max={total} />
      ) : (
        <progress aria-label={label} />
      )}
    </div>
  )
}
