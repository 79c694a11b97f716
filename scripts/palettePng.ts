// A screenshot with at most 256 colours: an eight-bit PNG becomes one with a palette, a third of the size. Pages are flat
// colours and smoothed text, so that the colours that occur most, and the nearest of them for the rest, suffice.
// https://www.w3.org/TR/png-3/
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const COLOURS = 256

interface Pixels {
  readonly width: number
  readonly height: number
  /** 0xrrggbb, row by row. */
  readonly colours: Uint32Array
}

export function palettePng(png: Buffer): Buffer {
  const { width, height, colours } = read(png)
  const palette = mostUsed(colours)
  const nearest = nearestIn(palette)
  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + x + 1] = nearest(colours[y * width + x] ?? 0)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3], 8)
  const table = Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))
  const parts = [chunk('IHDR', header), chunk('PLTE', table), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([SIGNATURE, ...parts])
}

function read(png: Buffer): Pixels {
  const data: Buffer[] = []
  for (let at = SIGNATURE.length; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)))
  const [width, height, depth, kind] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]
  const channels = kind === 2 ? 3 : kind === 6 ? 4 : 0
  if (depth !== 8 || channels === 0) throw new Error(`Expected an eight-bit RGB or RGBA PNG, found depth ${depth}, colour type ${kind}.`)
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels)
  const colours = new Uint32Array(width * height)
  for (let i = 0, at = 0; i < colours.length; i++, at += channels)
    colours[i] = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
  return { width, height, colours }
}

/** Undoes the filter that each row names in front of its bytes (section 9 of the specification). */
function unfilter(rows: Buffer, stride: number, height: number, channels: number): Buffer {
  const out = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x
      const left = x < channels ? 0 : (out[at - channels] ?? 0)
      const up = y === 0 ? 0 : (out[at - stride] ?? 0)
      const corner = x < channels || y === 0 ? 0 : (out[at - stride - channels] ?? 0)
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0
      out[at] = (rows[y * (stride + 1) + 1 + x] ?? 0) + guess
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function mostUsed(colours: Uint32Array): readonly number[] {
  const uses = new Map<number, number>()
  for (const c of colours) uses.set(c, (uses.get(c) ?? 0) + 1)
  return [...uses].sort((a, b) => b[1] - a[1]).slice(0, COLOURS).map(([c]) => c)
}

function nearestIn(palette: readonly number[]): (colour: number) => number {
  const known = new Map(palette.map((c, i) => [c, i]))
  const far = (a: number, b: number): number =>
    ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2
  return (colour) => {
    const had = known.get(colour)
    if (had !== undefined) return had
    let best = 0
    palette.forEach((c, i) => {
      if (far(c, colour) < far(palette[best] ?? 0, colour)) best = i
    })
    known.set(colour, best)
    return best
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}
