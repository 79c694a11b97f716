// A link to an address that a server named: followed only where it is one of the web, and shown as text where it is not.

export function OutsideLink({ href, children }: { href: string; children: string }) {
  const isWeb = URL.canParse(href) && /^https?:$/.test(new URL(href).protocol)
  return isWeb ? (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  ) : (
    children
  )
}
