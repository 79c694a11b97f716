// The one way a failure is shown: what happened, what to do, and the details to copy.
import type { ReactNode } from 'react'
import type { Failure } from '../../protocol/failure.ts'
import { CopyButton } from './CopyButton.tsx'
import { useWords } from '../words/language.ts'
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
      <p>
        <strong>{failure.message}</strong> {failure.hint}
      </p>
      <div className="row">
        {children}
        <CopyButton text={text} label={useWords().frame.copyDetails} />
      </div>
    </div>
  )
}
