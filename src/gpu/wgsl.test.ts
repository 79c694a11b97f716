import { describe, expect, it } from 'vitest'
import { allOps } from '../ops/allOps.ts'
import { caseGraph } from '../ops/caseGraph.ts'
import type { Sizes } from '../graph/op.ts'
import { assemble, packParams, readInterface } from './wgsl.ts'

const lines = (...text: string[]): string => text.join('\n')

describe('assemble', () => {
  it('puts numbers in front, whole ones as integers', () => {
    expect(assemble('fn f() {}', { WIDTH: 4, EPS: 0.1 })).toBe(lines('const WIDTH = 4;', 'const EPS = 0.100000000;', 'fn f() {}'))
  })

  it('keeps the branch that holds', () => {
    const source = lines('#if VEC4', 'a', '#else', 'b', '#endif', 'c')
    expect(assemble(source, { VEC4: 1 })).toBe(lines('const VEC4 = 1;', 'a', 'c'))
    expect(assemble(source, { VEC4: 0 })).toBe(lines('const VEC4 = 0;', 'b', 'c'))
    expect(assemble(source)).toBe(lines('b', 'c'))
    expect(assemble(lines('  #if !VEC4', 'a', '  #endif'))).toBe('a')
  })

  it('keeps an inner branch only inside an outer one that holds', () => {
    const source = lines(
      '#if A',
      '#if B',
      'both',
      '#else',
      'a',
      '#endif',
      '#else',
      '#if B',
      'b',
      '#else',
      'none',
      '#endif',
      '#endif',
    )
    const found = (A: number, B: number): string => assemble(source, { A, B }).split('\n').slice(2).join()
    expect([found(1, 1), found(1, 0), found(0, 1), found(0, 0)]).toEqual(['both', 'a', 'b', 'none'])
  })

  it('includes a fragment once, and only where it is wanted', () => {
    const count = (text: string): number => text.split('struct ').length - 1 + text.split('fn ').length - 1
    const once = assemble('#include <activation>')
    expect(count(once)).toBeGreaterThan(0)
    expect(assemble(lines('#include <activation>', '#include "activation"'))).toBe(once)
    expect(assemble(lines('#if A', '#include <activation>', '#endif', 'x'))).toBe('x')
    // Left out above, it may still come below.
    expect(assemble(lines('#if A', '#include <activation>', '#endif', '#include <activation>'))).toBe(once)
  })

  it('says what it cannot read', () => {
    expect(() => assemble('#define X 1')).toThrow('Unknown shader directive #define.')
    expect(() => assemble(lines('#if A', 'x'))).toThrow('A shader has an #if without #endif.')
    expect(() => assemble('#include <nowhere>')).toThrow('shaders/lib/nowhere.wgsl does not exist.')
  })
})

const shader = lines(
  'struct Params {',
  '  rows: u32, // x: f32 in a comment is no field',
  '  shift: i32,',
  '  eps: f32,',
  '}',
  '@group(0) @binding(0) var<uniform> params: Params;',
  '@group(0) @binding(1) var<storage, read> x: array<f32>;',
  '@group(0) @binding(2) var<storage, read_write> y: array<f32>;',
  '@group(0) @binding(3) var<storage> w: array<f32>;',
  '/* @group(0) @binding(9) var<storage> gone: array<f32>; */',
  'fn weight(i: u32) -> f32 { return w[i]; }',
  'fn scaled(i: u32) -> f32 { return weight(i) * params.eps; }',
  '@compute @workgroup_size(64) fn forward(@builtin(global_invocation_id) id: vec3u) { y[id.x] = x[id.x]; }',
  '@compute @workgroup_size(64) fn apply(@builtin(global_invocation_id) id: vec3u) { y[id.x] = scaled(id.x); }',
  '@compute @workgroup_size(64) fn swizzle(@builtin(global_invocation_id) id: vec3u) { y[id.x] = f32(id.w); }',
)

describe('readInterface', () => {
  const names = (entry: string): string[] => readInterface(shader, entry).bindings.map((b) => b.name)

  it('lists what an entry binds, itself or through functions', () => {
    expect(names('forward')).toEqual(['x', 'y'])
    expect(names('apply')).toEqual(['params', 'y', 'w'])
    // `id.w` is a component, not the variable w; and `gone` is a comment.
    expect(names('swizzle')).toEqual(['y'])
  })

  it('knows how each is bound', () => {
    expect(readInterface(shader, 'apply').bindings).toEqual([
      { name: 'params', binding: 0, type: 'uniform' },
      { name: 'y', binding: 2, type: 'storage' },
      { name: 'w', binding: 3, type: 'read-only-storage' },
    ])
  })

  it('reads the parameters in order', () => {
    expect(readInterface(shader, 'forward').params).toEqual([
      { name: 'rows', type: 'u32' },
      { name: 'shift', type: 'i32' },
      { name: 'eps', type: 'f32' },
    ])
    expect(() => readInterface(lines('struct Params { at: vec4<f32> }', 'fn f() {}'), 'f')).toThrow(
      'Params.at is vec4; only f32, u32 and i32 are read.',
    )
  })

  it('answers an unknown entry with the known ones', () => {
    expect(() => readInterface(shader, 'backward')).toThrow(
      'no entry point backward; it has weight, scaled, forward, apply, swizzle.',
    )
  })
})

describe('packParams', () => {
  const { params } = readInterface(shader, 'forward')

  it('writes each field in its type, and rounds up to 16 bytes', () => {
    const words = packParams(params, { eps: 0.5, rows: 4_000_000_000, shift: -2 }, 'test')
    const view = new DataView(words.buffer)
    expect(words.byteLength).toBe(16)
    expect([view.getUint32(0, true), view.getInt32(4, true), view.getFloat32(8, true)]).toEqual([4_000_000_000, -2, 0.5])
    expect(
      packParams(
        [...params, ...params.map((p) => ({ ...p, name: `${p.name}2` }))],
        { eps: 0, rows: 0, shift: 0, eps2: 1, rows2: 1, shift2: 1 },
        'test',
      ),
    ).toHaveLength(8)
    expect(packParams([], {}, 'test')).toHaveLength(0)
  })

  it('wants every field, and nothing else', () => {
    expect(() => packParams(params, { rows: 1, shift: 0 }, 'norm.forward')).toThrow('norm.forward does not set eps.')
    expect(() => packParams(params, { rows: 1, shift: 0, eps: 0, mean: 1 }, 'norm.forward')).toThrow(
      'norm.forward sets mean, which its shader does not read.',
    )
  })

  it.each([[{ rows: 2 ** 32 }, 'rows to 4294967296, which is no u32'], [{ rows: -1 }, 'rows to -1'], [{ rows: 0.5 }, 'rows to 0.5'], [{ shift: 2 ** 31 }, 'which is no i32'], [{ shift: Number.NaN }, 'shift to NaN']])(
    'refuses %j, which would wrap around in silence',
    (wrong, message) => expect(() => packParams(params, { rows: 1, shift: 0, eps: 0, ...wrong }, 'norm.forward')).toThrow(message),
  )
})

// The same reader on every shader of the project: what a dispatch gives is what its entry asks for.
describe('the shaders of every op', () => {
  it.each([...allOps().values()].map((op) => [op.name, op] as const))('%s', (name, op) => {
    const optional = op.inputs.filter((input) => input.endsWith('?')).map((input) => input.slice(0, -1))
    for (const c of op.cases) {
      const { inputs, outputs } = caseGraph(op, c)
      const sizes = { ...inputs, ...outputs } as Sizes
      const written = new Set<string>()
      for (const d of op.dispatch(sizes, c.attrs).flatMap((first) => [first, ...(first.alternatives ?? [])])) {
        const { bindings, params } = readInterface(assemble(d.shader, d.defines), d.entry)
        if (bindings.some((b) => b.type === 'uniform')) expect(packParams(params, d.params, `${name}.${d.entry}`).length).toBeGreaterThan(0)
        for (const b of bindings.filter(({ type }) => type !== 'uniform')) {
          expect([...Object.keys(sizes), ...optional], `${name}.${d.entry}, ${c.name}`).toContain(b.name)
          if (b.type === 'storage') written.add(b.name)
        }
        expect(Math.max(...d.workgroups)).toBeLessThanOrEqual(65_535)
      }
      for (const made of [...Object.keys(outputs), ...(op.updates ?? []).filter((input) => input in inputs)]) expect(written, c.name).toContain(made)
    }
  })
})
