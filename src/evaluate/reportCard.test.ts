// The card of small made-up runs, worked out by hand.
import { describe, expect, it } from 'vitest'
import type { Answer } from '../protocol/event.ts'
import { confusionOf } from './confusion.ts'
import type { RowLoss } from './lossMetrics.ts'
import { reportCard } from './reportCard.ts'

const answers = (expected: readonly string[], given: readonly string[]): Answer[] => expected.map((e, i) => ({ prompt: `q${i}`, expected: e, answer: given[i], correct: e === given[i] }))

describe('confusion', () => {
  it('counts by class, an answer that is none in the last column', () => {
    const { counts, classes, macroF1 } = confusionOf(['a', 'b', 'c'], ['a', 'a', 'a', 'b', 'b', 'c'], ['a', 'a', 'b', 'b', 'x', 'a'])
    expect(counts).toEqual([[2, 1, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0]])
    expect(classes.map((c) => c.support)).toEqual([3, 2, 1])
    expect(classes[0]).toEqual({ precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 })
    expect(classes[1]).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 })
    expect(classes[2]).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 })
    expect(macroF1).toBeCloseTo((2 / 3 + 0.5) / 3, 12)
  })
})

describe('report card', () => {
  const labels = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 'good' : 'bad'))
  it('of written labels: exact match with its test, macro F1, and a table of classes', () => {
    const { measures, classes } = reportCard({ metric: 'exact_match', answers: { before: answers(labels, labels.map(() => 'well')), after: answers(labels, labels.map((l, i) => (i === 0 ? 'bad' : l))) }, seed: 1 })
    expect(measures.map((m) => m.id)).toEqual(['exact_match', 'macro_f1'])
    expect(measures[0]).toMatchObject({ on: 'test', count: 12, before: { value: 0 }, difference: { test: 'mcnemar', verdict: 'better' } })
    expect(measures[0].difference!.p).toBeCloseTo(2 / 2 ** 11, 12)
    expect(measures[0].after!.value).toBeCloseTo((100 * 11) / 12, 9)
    // Good: 5 of 6 found, none claimed wrongly; bad: 6 of 6, one claimed wrongly.
    expect(measures[1].after!.value).toBeCloseTo(100 * ((10 / 11 + 12 / 13) / 2), 9)
    expect(classes!.labels).toEqual(['bad', 'good'])
    expect(classes!.before!.counts).toEqual([[0, 0, 6], [0, 0, 6]])
    expect(classes!.after!.counts).toEqual([[6, 0, 0], [1, 5, 0]])
  })
  it('of texts: chrF and BLEU beside exact match; names and long lists of labels are neither', () => {
    const texts = Array.from({ length: 10 }, (_, i) => `the answer to question number ${i} is ${i * 7} apples`)
    const ids = (metric: 'exact_match' | 'accuracy', expected: readonly string[]) => reportCard({ metric, answers: { after: answers(expected, expected) }, seed: 1 }).measures.map((m) => m.id)
    const { measures } = reportCard({ metric: 'exact_match', answers: { before: answers(texts, texts.map(() => 'the')), after: answers(texts, texts) }, seed: 1 })
    expect(measures.map((m) => [m.id, m.difference?.verdict])).toEqual([['exact_match', 'better'], ['chrf', 'better'], ['bleu', 'better']])
    expect(measures.slice(1).map((m) => Math.round(m.after!.value))).toEqual([100, 100])
    expect(ids('exact_match', texts.map((_, i) => `name${i}`))).toEqual(['exact_match'])
    expect(ids('accuracy', labels)).toEqual(['accuracy', 'macro_f1'])
  })
  it('of tagged texts: F1 of stretches, or the share of words where each has a label', () => {
    const before = answers(['[Ann](PER) saw [Rome](LOC)', 'none here'], ['[Ann](LOC) saw [Rome](LOC)', '[none](PER) here'])
    const { measures, classes } = reportCard({ metric: 'f1', unit: 'word', answers: { before }, seed: 1 })
    expect(measures).toMatchObject([{ id: 'f1', unit: 'text', count: 2 }])
    expect(measures[0].before!.value).toBeCloseTo((100 * 2) / (2 + 3), 9)
    expect(classes).toBeUndefined()
    const words = answers(['[Go](VERB) [home](NOUN) [now](ADV)'], ['[Go](VERB) [home](VERB) [now](ADV)'])
    expect(reportCard({ metric: 'accuracy', unit: 'word', answers: { after: words }, seed: 1 }).measures[0].after!.value).toBeCloseTo(200 / 3, 9)
  })
  const rows = (nats: number): RowLoss[] => Array.from({ length: 20 }, (_, i) => [nats * (10 + i), 10 + i, 4 * (10 + i)] as const)
  it('of losses: perplexity and bits per byte, less being better', () => {
    const { measures } = reportCard({ metric: 'exact_match', answers: {}, validation: { before: rows(2), after: rows(1) }, general: { before: rows(2), after: rows(2.5) }, seed: 1 })
    expect(measures.map((m) => [m.id, m.on, m.difference?.verdict])).toEqual([
      ['perplexity', 'validation', 'better'],
      ['bits_per_byte', 'validation', 'better'],
      ['perplexity', 'general', 'worse'],
      ['bits_per_byte', 'general', 'worse'],
    ])
    expect(measures[0].before!.value).toBeCloseTo(Math.exp(2), 9)
    expect(measures[1].after!.value).toBeCloseTo(1 / Math.LN2 / 4, 9)
  })
  it('claims nothing of few rows, and compares nothing that was not asked alike', () => {
    const few = reportCard({ metric: 'exact_match', answers: {}, validation: { before: rows(2).slice(0, 3), after: rows(1).slice(0, 3) }, seed: 1 })
    expect(few.measures[0]).not.toHaveProperty('difference')
    const half = reportCard({ metric: 'exact_match', answers: { before: answers(labels, labels).slice(0, 4), after: answers(labels, labels) }, seed: 1 })
    expect(half.measures[0]).not.toHaveProperty('before')
    expect(half.measures[0].count).toBe(12)
    expect(reportCard({ metric: 'exact_match', answers: {}, seed: 1 })).toEqual({ measures: [] })
  })
})
