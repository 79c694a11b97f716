// The one way a failure is shown: what happened, what to do, and the details to copy.
import type { ReactNode } from 'react'
import type { Failure } from '../../protocol/failure.ts'
import { CopyButton } from './CopyButton.tsx'
import { useSpoken } from '../words/language.ts'
import { Told } from '../words/Told.tsx'
import './FailureNote.css'

interface Props {
  failure: Failure
  /** A way on, such as “Try again”. */
  children?: ReactNode
}

export function FailureNote({ failure, children }: Props) {
  const text = [failure.code, failure.message, failure.hint, failure.detail].filter(Boolean).join('\n')
  return (
    <div className="failure" role="alert">
      <Sentences of={failure} />
      <div className="row">
        {children}
        <CopyButton text={text} label={useSpoken().words.frame.copyDetails} />
      </div>
    </div>
  )
}

/** Where the language does not know the sentence, it says what kind of failure it is and what to do, and the English one stands below. */
function Sentences({ of: { code, message, hint } }: { of: Failure }) {
  const { told, failures } = useSpoken()
  if (!failures || told(message).isKnown)
    return (
      <p>
        <strong>
          <Told text={message} />
        </strong>{' '}
        <Told text={hint} />
      </p>
    )
  const { what, way } = failures[code]
  return (
    <>
      <p>
        <strong>{what}</strong> {way}
      </p>
      <p className="small" lang="en">
        {message} {hint}
      </p>
    </>
  )
}
