// A line without axes, as high as a word; the sentence under it says the same in numbers.
import './Sparkline.css'

interface Props {
  values: readonly number[]
  /** What a screen reader hears, and what stands beside the line. */
  text: string
}

const WIDTH = 96
const HEIGHT = 24

/** From 0 to the highest value, so that a steady run is a level line and not noise blown up. */
export function sparkPoints(values: readonly number[]): string {
  const top = values.reduce((a, b) => Math.max(a, b), 0) || 1
  const at = (v: number, i: number): string => `${((i / Math.max(1, values.length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - 1 - (v / top) * (HEIGHT - 3)).toFixed(1)}`
  return values.map(at).join(' ')
}

export function Sparkline({ values, text }: Props) {
  if (values.length < 2) return null
  return (
    <p className="spark small soft">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} preserveAspectRatio="none" aria-hidden="true">
        <polyline points={sparkPoints(values)} />
      </svg>
      <span>{text}</span>
    </p>
  )
}
