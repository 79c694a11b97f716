// Where a method is described, in a new tab. The page itself loads nothing from there.

export function PaperLink({ of, href }: { of: string; href: string }) {
  if (href === '') return null
  return (
    <a href={href} target="_blank" rel="noreferrer">
      Paper<span className="unseen"> of {of}, opens in a new tab</span>
    </a>
  )
}
