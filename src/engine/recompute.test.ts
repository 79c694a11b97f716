import { describe, expect, it } from 'vitest'
import type { Training } from '../protocol/training.ts'
import { PLAIN } from '../train/objective.ts'
import { traceStep, type StepGraph } from '../train/step.ts'
import { testSubject } from '../train/testSubject.ts'
import { plan } from './plan.ts'

const shape = { batch: 1, length: 64, rows: 64 }
const subject = testSubject('llama', [{ id: 'lora', options: { r: 2, lora_dropout: 0.1 } }], { num_hidden_layers: 4, hidden_size: 32, intermediate_size: 96 })
const stepWith = (checkpointing: Training['gradient_checkpointing']): StepGraph => traceStep(subject, shape, true, { ...PLAIN, checkpointing })
const keptBytes = ({ graph, loss, boundary }: StepGraph): number => plan(graph, [loss], boundary).bytes.activations
const again = ({ graph }: StepGraph): string[] => graph.nodes.filter((n) => n.scope.endsWith('″')).map((n) => n.op.name)

describe('recompute', () => {
  const [off, selective, full] = [stepWith('off'), stepWith('selective'), stepWith('full')]

  it('keeps fewer bytes, and fewest with full checkpointing', () => {
    expect(keptBytes(selective)).toBeLessThan(0.8 * keptBytes(off))
    expect(keptBytes(full)).toBeLessThan(0.3 * keptBytes(off))
  })

  it('computes nothing again when it is off, light ops when it is selective, and no op of the forward pass twice', () => {
    expect(again(off)).toEqual([])
    expect(new Set(again(selective))).toEqual(new Set(['rmsNorm', 'gatedActivation', 'dropout']))
    expect(new Set(again(full))).toContain('attention')
    const scopes = full.graph.nodes.filter((n) => n.scope.endsWith('″')).map((n) => `${n.scope} ${n.op.name} ${Object.keys(n.inputs).join()}`)
    const first = full.graph.nodes.slice(0, full.boundary).map((n) => `${n.scope}″ ${n.op.name} ${Object.keys(n.inputs).join()}`)
    const count = (list: readonly string[], x: string): number => list.filter((y) => y === x).length
    for (const s of new Set(scopes)) expect(count(scopes, s)).toBeLessThanOrEqual(count(first, s))
  })

  it('makes a value right before its first reader, so that few live at once', () => {
    const { nodes } = full.graph
    const made = nodes.findIndex((n) => n.scope.startsWith('model.layers.0.') && n.scope.endsWith('″'))
    const upper = nodes.findLastIndex((n) => n.scope.startsWith('model.layers.1.') && n.scope.endsWith("'"))
    expect(made).toBeGreaterThan(upper - 12)
    expect(again(full)).not.toContain('embedding')
  })

  it('leaves the forward pass as it is', () => {
    const text = (s: StepGraph): string[] => s.graph.nodes.slice(0, s.boundary).map((n) => n.op.name)
    expect(text(full)).toEqual(text(off))
    expect(full.boundary).toBe(off.boundary)
  })
})
