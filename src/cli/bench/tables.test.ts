import { describe, expect, it } from 'vitest'
import { intoReadme } from './intoReadme.ts'
import type { StepArm } from './measureStep.ts'
import { ratioTable } from './ratioTable.ts'
import type { Report } from './report.ts'
import { spreadOf } from './spread.ts'
import { markdown, matmulTable, plainText, range, short } from './tables.ts'

const rows = [
  {
    of: 'square', M: 2, K: 2, N: 2,
    arms: [
      { name: 'tunesmith', gflops: spreadOf([4, 5, 6]), timing: { wall: spreadOf([1]), times: 1, cpu: spreadOf([2e-6]) } },
      { name: 'jax-js', gflops: spreadOf([2]), timing: { wall: spreadOf([1]), times: 1 } },
    ],
  },
]
const step = (name: string, tokensPerSecond: number, firstMs: number): StepArm => ({ name, tokensPerSecond: spreadOf([tokensPerSecond]), firstMs, losses: [2], timing: { wall: spreadOf([1]), times: 1 } })
const ceiling = { fma: spreadOf([20]), fmaWay: '8 × f32', copy: spreadOf([3]) }

describe('tables', () => {
  it('shows three digits', () => {
    expect([1234567, 12345, 123.4, 12.34, 1.234, 0.1234, 0.0000123, 0, Number.NaN].map(short)).toEqual(['1,234,567', '12,345', '123', '12.3', '1.23', '0.123', '0.0000', '0', '–'])
    expect(short(-0.0286)).toBe('-0.0286')
    expect(range(spreadOf([1, 2, 4]))).toBe('2.00 (1.00–4.00)')
  })

  it('sets ours beside the others and the ceiling, and says what processor time alone would allow', () => {
    const table = matmulTable(rows, ceiling, 2)
    expect(table.head).toEqual(['product', 'tunesmith', 'jax-js', 'ours of ceiling'])
    expect(table.rows).toEqual([['square 2×2·2×2', '5.00 (4.00–6.00) · 16.0', '2.00 (2.00–2.00)', '25.0 %']])
    const [, head, row] = plainText(table).split('\n')
    expect(head.length).toBe(row.length)
    expect(row).toMatch(/^square 2×2·2×2  5\.00 .* 25\.0 %$/)
    expect(markdown(table)).toContain('| --- | --: | --: | --: |')
  })

  it('says how many times as fast ours is, of steps and of products that are large', () => {
    const large = { ...rows[0], M: 512, K: 512, N: 512 }
    const steps = [{ preset: 'small', says: '', batch: 1, length: 2, arms: [step('tunesmith', 90, 500), step('jax-js', 10, 1000), step('PyTorch', 180, 100)] }]
    expect(ratioTable({ steps, leftOut: [], matmul: [...rows, large] })).toEqual({
      title: 'Ours, in times the speed of',
      head: ['', 'jax-js', 'PyTorch'],
      rows: [['a LoRA step of small, tokens/s', '9.00 ×', '0.500 ×'], ['its first step', '2.00 ×', '0.200 ×'], ['[512×512]·[512×512]', '2.50 ×', '–']],
    })
    expect(ratioTable({ steps: [], leftOut: [], matmul: [{ ...large, arms: large.arms.slice(0, 1) }] })).toBeUndefined()
  })

  it('writes the README between its marks, and says where the numbers come from', () => {
    const report: Report = {
      made: {
        date: '2026-11-21T09:00:00Z', commit: 'abc1234', machine: { processor: 'Some CPU', cores: 2, memory: 8 * 2 ** 30, system: 'linux' }, host: 'Node.js', rounds: 7, load: [1, 2.5],
        adapter: { vendor: 'mesa', architecture: '', description: 'llvmpipe', software: true, subgroups: [8, 8] }, peers: { 'jax-js': '0.1.25' },
      },
      steps: [], leftOut: ['qwen: too slow.'], ceiling, matmul: rows,
    }
    const before = 'A\n<!-- bench: written by npm run bench -- --readme FILE.json,FILE.json -->\nold\n<!-- bench end -->\nB\n'
    const text = intoReadme(before, [report])
    expect(text).toContain('mesa llvmpipe, subgroups of 8 · Node.js · Some CPU, 2 cores, 8 GiB, linux · commit abc1234, 2026-11-21 · jax-js 0.1.25 · medians of 7 interleaved rounds (min–max), load 1.0 → 2.5')
    expect(text).toMatch(/^A\n/)
    expect(text).toMatch(/Left out: qwen: too slow\.\n\n<\/details>\n\n<!-- bench end -->\nB\n$/)
    expect(text).not.toContain('old')
    expect(intoReadme(text, [report])).toBe(text)
    expect(() => intoReadme('nothing', [report])).toThrow('no place for the tables')
  })
})
