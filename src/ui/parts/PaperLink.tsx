// Where a method is described, in a new tab. The page itself loads nothing from there.
import { say } from '../words/language.ts'

export function PaperLink({ of, href }: { of: string; href: string }) {
  if (href === '') return null
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {say().forms.paper}
      <span className="unseen">{say().forms.paperOf(of)}</span>
    </a>
  )
}
