// The run in the tab's icon: a ring that fills, which is what is left of a tab among many. Pure; `useFavicon` shows it.
import { isMoving } from '../store/runFigures.ts'
import type { RunState } from '../store/runState.ts'

/** Steps of the ring: each new one is a new image for the browser. */
const PARTS = 32
const RADIUS = 13

export type Icon = { readonly mood: 'rest' } | { readonly mood: 'moving' | 'paused' | 'done' | 'failed'; readonly part: number }

export function iconOf({ phase, step, steps }: Pick<RunState, 'phase' | 'step' | 'steps'>): Icon {
  if (phase === undefined) return { mood: 'rest' }
  const part = steps > 0 ? Math.floor((PARTS * Math.min(step, steps)) / steps) : 0
  if (phase === 'done' || phase === 'failed') return { mood: phase, part }
  return { mood: isMoving(phase) ? 'moving' : 'paused', part }
}

const colours = { moving: '#ffb454', paused: '#9fb0c8', done: '#5bcdb9', failed: '#ff7a6e' } as const

/** An SVG as an address; the icon file's own address for a page at rest. */
export function iconAddress(icon: Icon, atRest: string): string {
  if (icon.mood === 'rest') return atRest
  const round = 2 * Math.PI * RADIUS
  const done = icon.mood === 'done' ? round : (round * icon.part) / PARTS
  const colour = colours[icon.mood]
  const ring = (stroke: string, dash: string): string =>
    `<circle cx="16" cy="16" r="${RADIUS}" fill="none" stroke="${stroke}" stroke-width="5" transform="rotate(-90 16 16)"${dash}/>`
  const marks = {
    moving: '',
    paused: '<path d="M13 11v10M19 11v10"/>',
    done: '<path d="M10 16.5l4 4 8-9"/>',
    failed: '<path d="M16 9v8M16 21v2"/>',
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="#1f2430"/>${ring('#4a5468', '')}${ring(colour, ` stroke-dasharray="${done.toFixed(1)} ${round.toFixed(1)}"`)}<g fill="none" stroke="${colour}" stroke-width="3.4" stroke-linecap="round">${marks[icon.mood]}</g></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
