import { spawn } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { differs } from './differs.ts'
import { rotaryTables } from './loraSpec.ts'
import { matmulFlops, matmulShapes } from './matmulShapes.ts'
import { attentionFlops } from './measureAttention.ts'
import { lossFlops } from './measureLoss.ts'
import { compareLosses } from './measureStep.ts'
import { randomModel, small } from './presets.ts'
import { processMilliseconds } from './processTime.ts'
import { countsBetween } from './watchGpu.ts'

describe('what a bench counts', () => {
  it('counts operations', () => {
    expect(matmulFlops({ of: '', M: 512, K: 576, N: 1536 })).toBe(905_969_664)
    // Three tokens see 1 + 2 + 3 keys; two products of two operations a pair and number.
    expect(attentionFlops({ batch: 2, heads: 5, length: 3, headSize: 7 })).toBe(2 * 5 * 6 * 7 * 4)
    expect(lossFlops({ rows: 3, width: 5, vocabulary: 7 })).toBe(4 * 105)
    expect(matmulShapes(512, 64).filter(({ K, N }) => K === 576 && N === 1536)).toHaveLength(1)
  })

  it('counts between two looks', () => {
    const at = (dispatches: number) => ({ dispatches, submits: 1, readBacks: 0, buffers: 2, bindGroups: 0, pipelines: 0 })
    expect(countsBetween(at(3), at(10))).toEqual({ dispatches: 7, submits: 0, readBacks: 0, buffers: 0, bindGroups: 0, pipelines: 0 })
  })

  it('quotes no time of a wrong result', () => {
    expect(() => compareLosses('x', [8, 7.9], [8, 7.9001])).not.toThrow()
    expect(() => compareLosses('x', [8, 7.9], [8, 7.95])).toThrow('loss of step 2')
    expect(() => compareLosses('x', [8, Number.NaN], [8, 7.95])).toThrow('loss of step 2')
    expect(differs([1, 2.00001], [1, 2], 1e-4)).toBeUndefined()
    expect(differs([1, 2.1], [1, 2], 1e-4)).toBe('2.1 at 1, expected 2')
    expect(differs([1, Number.NaN], [1, 2], 1e-4)).toBe('NaN at 1, expected 2')
    expect(differs([1], [1, 2], 1e-4)).toBe('1 numbers, expected 2')
  })

  it('turns both halves of a head by the same angles', () => {
    const { cos, sin } = rotaryTables(3, 4, 100)
    expect([...cos.slice(0, 4), ...sin.slice(0, 4)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0])
    expect(sin.slice(8, 12)).toEqual(Float32Array.from([2, 0.2, 2, 0.2], Math.sin))
  })

  it('makes models with the same weights every time, whose numbers repeat only after a million', async () => {
    const config = { ...small, hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 2, vocab_size: 256 }
    const [one, two] = await Promise.all([randomModel(config, 'f32'), randomModel(config, 'f32')])
    expect(one.folder.parameters).toBe(2 * 256 * 16 + 4 * 16 * 16 + 3 * 16 * 32 + 2 * 16 + 16)
    const read = ({ folder }: typeof one, name: string): Promise<Float32Array> => folder.tensors.get(name)!.readF32()
    const values = await read(one, 'lm_head.weight')
    expect([...values]).toEqual([...(await read(two, 'lm_head.weight'))])
    expect(Math.sqrt(values.reduce((n, x) => n + x * x, 0) / values.length)).toBeCloseTo(0.02, 3)
    expect(new Set(await read(one, 'model.norm.weight'))).toEqual(new Set([1]))
  })

  it.runIf(process.platform === 'linux')('knows the processor time of a program while it runs', async () => {
    const mark = `bench-mark-${process.pid}`
    const child = spawn(process.execPath, ['-e', `for (;;) Math.random() // ${mark}`])
    try {
      await vi.waitFor(() => expect(processMilliseconds(mark)).toBeGreaterThan(30), { timeout: 15_000, interval: 50 })
    } finally {
      child.kill()
    }
    expect(processMilliseconds(`no-${mark}`)).toBe(0)
  })
})
