// Brings frozen matrices into blocks on the GPU while they stream in: a piece of the file goes up, a kernel writes its codes and
// scales into the weight's buffer, and the next piece takes its place. A float matrix is never whole anywhere.
// The codes are those of graph/packBlocks.ts on every device: comparisons with rounded products decide, never a quotient.
import shader from '../../shaders/quantize.wgsl?raw'
import type { Memory } from '../gpu/memory.ts'
import type { Kernel, Pipelines } from '../gpu/pipelines.ts'
import { packParams } from '../gpu/wgsl.ts'
import { blockLayout, blockTypes, codesAt } from '../graph/blocks.ts'
import { nf4Ends } from '../graph/codebooks.ts'
import { INT8_STEP, packScales, packValuesOf, type Quantized } from '../graph/packBlocks.ts'
import { grid, type Shape } from '../graph/shape.ts'
import { turns } from '../lib/turns.ts'
import { readNow } from './readback.ts'

/** How the elements of a stream are stored. */
export type FloatType = 'F32' | 'F16' | 'BF16'

export interface QuantizeRequest {
  /** The elements in order, in chunks of any size. */
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  readonly from: FloatType
  readonly to: Quantized
  readonly shape: Shape
  readonly into: GPUBuffer
  /** Called with the bytes of each piece. */
  onBytes?(bytes: number): void
}

/** Bytes on their way at a time; whole blocks of every type. */
const PIECE = 4 * 2 ** 20
/** Pieces handed to the queue between waits, so that its own staging memory stays small. */
const QUEUED = 16

const int8Code = `fn codeOf(value: f32, scale: f32) -> u32 {
  var code = clamp(floor(value / max(scale, 1e-38) + 0.5), -127.0, 127.0);
  // A quotient may be rounded to the other side of a half.
  if (value > (code + 0.5) * scale) { code += 1.0; }
  if (value <= (code - 0.5) * scale) { code -= 1.0; }
  return select(0u, u32(i32(clamp(code, -127.0, 127.0))) & 255u, scale > 0.0);
}`
const nf4Code = `fn codeOf(value: f32, scale: f32) -> u32 {
  return ${nf4Ends.map((end) => `u32(value > ${end} * scale)`).join('\n    + ')};
}`

export class Quantizer {
  private staging: GPUBuffer[] | undefined
  private queued = 0
  /** One after the other: pieces of all tensors pass through the same buffer. */
  private readonly inTurn = turns()
  constructor(
    private readonly memory: Memory,
    private readonly pipelines: Pipelines,
  ) {}

  write(request: QuantizeRequest): Promise<void> {
    return this.inTurn(() => this.writeNow(request))
  }

  private async writeNow({ chunks, from, to, shape, into, onBytes }: QuantizeRequest): Promise<void> {
    const { device } = this.memory
    const nested = blockTypes[to].scale === 'nested'
    const layout = blockLayout(to, shape)
    const { block } = blockTypes[to]
    const [piece, uniform] = (this.staging ??= await this.memory.allocate([
      { label: 'weights on their way', bytes: PIECE, memory: 'transfer', usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST },
      { label: 'their place', bytes: 16, memory: 'transfer', usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST },
    ]))
    const scales = nested ? await this.memory.allocate([{ label: 'scales', bytes: layout.blocks * 4, memory: 'transfer' }]) : []
    try {
      const kernel = await this.kernel(from, to)
      const group = device.createBindGroup({
        layout: kernel.layout,
        entries: [uniform, piece, into, ...scales].map((buffer, binding) => ({ binding, resource: { buffer } })),
      })
      const size = from === 'F32' ? 4 : 2
      let first = 0
      for await (const bytes of inPieces(chunks)) {
        const count = bytes.byteLength / size
        const blocks = Math.ceil(count / block)
        // Queued in order: the piece before has been read when this one is written.
        device.queue.writeBuffer(piece, 0, wholeWords(bytes))
        device.queue.writeBuffer(uniform, 0, packParams(kernel.interface.params, { count, blocks, first, scales: layout.scales }, 'quantize'))
        const encoder = device.createCommandEncoder()
        const pass = encoder.beginComputePass()
        pass.setPipeline(kernel.pipeline)
        pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(...grid(blocks, 64))
        pass.end()
        device.queue.submit([encoder.finish()])
        this.queued = (this.queued + 1) % QUEUED
        if (this.queued === 0) await device.queue.onSubmittedWorkDone()
        first += blocks
        onBytes?.(bytes.byteLength)
      }
      device.queue.writeBuffer(into, 0, packValuesOf(to))
      if (nested) {
        const [read] = await readNow(this.memory, [{ buffer: scales[0], offset: 0, size: layout.blocks * 4 }])
        device.queue.writeBuffer(into, layout.scales * 4, packScales(new Float32Array(read)))
      }
    } finally {
      this.memory.free(scales)
    }
  }

  private kernel(from: FloatType, to: Quantized): Promise<Kernel> {
    const int8 = to === 'int8'
    const defines = { X_F32: from === 'F32' ? 1 : 0, X_F16: from === 'F16' ? 1 : 0, NESTED: blockTypes[to].scale === 'nested' ? 1 : 0 }
    const numbers = `const BITS = ${int8 ? 8 : 4}u;\nconst CODES = ${codesAt(to)}u;\nconst STEP = ${int8 ? INT8_STEP : 1}f;`
    return this.pipelines.get(`${shader}\n${numbers}\n${int8 ? int8Code : nf4Code}`, 'forward', defines)
  }

  /** Frees what pieces pass through, after the writes before; the next write makes it anew. */
  release(): Promise<void> {
    return this.inTurn(async () => {
      this.memory.free(this.staging ?? [])
      this.staging = undefined
    })
  }
}

/** The same bytes in pieces of one size, the last of them smaller. A piece is overwritten by the next. */
async function* inPieces(chunks: QuantizeRequest['chunks']): AsyncIterable<Uint8Array<ArrayBuffer>> {
  let piece: Uint8Array<ArrayBuffer> | undefined
  let filled = 0
  for await (const chunk of chunks) {
    piece ??= new Uint8Array(PIECE)
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + PIECE - filled)
      piece.set(part, filled)
      at += part.byteLength
      filled += part.byteLength
      if (filled < PIECE) continue
      yield piece
      filled = 0
    }
  }
  if (piece && filled > 0) yield piece.subarray(0, filled)
}

/** Up to the next whole word; what follows the piece in its memory is not read as an element. */
function wholeWords(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteLength % 4 === 0 ? bytes : new Uint8Array(bytes.buffer, 0, bytes.byteLength + 2)
}
