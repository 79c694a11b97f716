// The factors that PiSSA and OLoRA start from, of one base matrix W (out, in): computed once, asked for by part.
import { transpose } from '../lib/matrix.ts'
import { qr } from '../lib/qr.ts'
import { truncated } from '../lib/svd.ts'
import type { Init } from '../methods/method.ts'

type LeadingPart = Extract<Init, { readonly kind: 'leading part' }>

/** A (rank, in) and B (out, rank) with s·B·A the leading part of W. */
function factorise(weight: Float32Array, { of, in: inner, out, stored, rank, scaling, iterations }: LeadingPart): { A: Float32Array; B: Float32Array } {
  const given = Float64Array.from(weight)
  const w = stored === '[out,in]' ? given : transpose(given, inner, out)
  if (of === 'olora') {
    // Not divided by s: the first r columns of q and rows of r are the factors themselves.
    const { q, r } = qr(w, out, inner, rank)
    return { A: Float32Array.from(r), B: Float32Array.from(q) }
  }
  const { u, s, vt } = truncated(w, out, inner, rank, iterations === undefined ? {} : { iterations })
  const root = s.map((x) => Math.sqrt(x / scaling))
  return { A: Float32Array.from(vt, (x, i) => x * root[Math.floor(i / inner)]), B: Float32Array.from(u, (x, i) => x * root[i % rank]) }
}

/** Answers parts of base matrices; the four that one site asks for cost one decomposition. */
export function leadingParts(checkpoint: (name: string) => Promise<Float32Array>): (init: LeadingPart) => Promise<Float32Array> {
  let last: { key: string; factors: ReturnType<typeof factorise> } | undefined
  return async (init) => {
    const key = JSON.stringify({ ...init, part: '' })
    if (last?.key !== key) last = { key, factors: factorise(await checkpoint(init.name), init) }
    return last.factors[init.part]
  }
}
