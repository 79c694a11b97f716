// What this adapter can do at most: multiply-adds in registers, and bytes copied. Other measurements are shares of these.
import { interleave, type InterleaveOptions } from './interleave.ts'
import { mapSpread, type Spread } from './spread.ts'

export interface Ceiling {
  /** f32 GFLOP/s of multiply-adds that touch no memory, the best of several ways to write them. */
  readonly fma: Spread
  readonly fmaWay: string
  /** GFLOP/s for each second of one core, on a software adapter. */
  readonly fmaPerCore?: number
  /** GB/s, read and written bytes together. */
  readonly copy: Spread
}

const LANES = 64
const STEPS = 256

/** `chains` independent accumulators a lane, each a scalar or a vec4; every lane stores, so that nothing is left out. */
function fmaShader(chains: number, type: 'f32' | 'vec4f'): string {
  const names = Array.from({ length: chains }, (_, i) => `c${i}`)
  const whole = names.join(' + ')
  return `
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(${LANES}) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) n: vec3u) {
  let lane = id.y * n.x * ${LANES}u + id.x;
  let a = ${type}(0.999 - f32(id.x) * 1e-9);
  let b = ${type}(f32(lane) * 1e-9);
  ${names.map((c, i) => `var ${c} = ${type}(${i}.5);`).join('\n  ')}
  for (var i = 0u; i < ${STEPS}u; i++) {
    ${names.map((c) => `${c} = fma(${c}, a, b);`).join('\n    ').repeat(4)}
  }
  y[lane] = ${type === 'f32' ? whole : `dot(${whole}, vec4f(1))`};
}`
}

const copyShader = `
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@compute @workgroup_size(${LANES}) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) n: vec3u) {
  let i = id.y * n.x * ${LANES}u + id.x;
  y[i] = x[i];
}`

export async function measureCeiling(device: GPUDevice, software: boolean, options: InterleaveOptions): Promise<Ceiling> {
  const workgroups: [number, number] = software ? [64, 1] : [1024, 16]
  const lanes = workgroups[0] * workgroups[1] * LANES
  const out = device.createBuffer({ size: lanes * 4, usage: GPUBufferUsage.STORAGE })
  const ways = ([[8, 'f32'], [16, 'f32'], [4, 'vec4f'], [8, 'vec4f']] as const).map(([chains, type]) => ({
    name: `${chains} × ${type}`,
    flops: lanes * STEPS * 4 * chains * (type === 'f32' ? 1 : 4) * 2,
    run: dispatcher(device, fmaShader(chains, type), [out], workgroups),
  }))
  const copyBytes = (software ? 32 : 256) * 2 ** 20
  const [x, y] = [0, 1].map(() => device.createBuffer({ size: copyBytes, usage: GPUBufferUsage.STORAGE }))
  const vectors = copyBytes / 16 / LANES
  const copy = { name: 'copy', run: dispatcher(device, copyShader, [y, x], [Math.min(vectors, 32_768), Math.ceil(vectors / 32_768)]) }
  const found = await interleave([...ways, copy], { ...options, mostTimes: 256 })
  for (const buffer of [out, x, y]) buffer.destroy()
  const speeds = ways.map((way) => ({ way: way.name, gflops: mapSpread(found.get(way.name)!.wall, (ms) => way.flops / ms / 1e6), cpu: found.get(way.name)!.cpu, flops: way.flops }))
  const best = speeds.reduce((a, b) => (b.gflops.median > a.gflops.median ? b : a))
  return { fma: best.gflops, fmaWay: best.way, ...(best.cpu && { fmaPerCore: best.flops / best.cpu.median / 1e6 }), copy: mapSpread(found.get('copy')!.wall, (ms) => (2 * copyBytes) / ms / 1e6) }
}

function dispatcher(device: GPUDevice, code: string, buffers: readonly GPUBuffer[], workgroups: [number, number]): (times: number) => Promise<void> {
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }), entryPoint: 'main' } })
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) })
  return async (times) => {
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(...workgroups)
    pass.end()
    device.queue.submit([encoder.finish()])
    await device.queue.onSubmittedWorkDone()
  }
}
