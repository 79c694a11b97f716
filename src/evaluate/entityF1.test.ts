// The first numbers are those of seqeval's README; the others follow from its definition of a chunk (conlleval's).
import { describe, expect, it } from 'vitest'
import { entityF1 } from './entityF1.ts'
import { stretchesOf } from '../protocol/taggedText.ts'

const chunks = (text: string) => stretchesOf(text.split(' ')).map((s) => `${s.label} ${s.start}-${s.end}`)

describe('stretches', () => {
  it.each([
    ['B-PER I-PER O B-LOC', ['PER 0-2', 'LOC 3-4']],
    ['I-PER I-PER O I-LOC I-LOC', ['PER 0-2', 'LOC 3-5']],
    ['B-PER B-PER I-LOC I-PER', ['PER 0-1', 'PER 1-2', 'LOC 2-3', 'PER 3-4']],
    ['B-PER I-PER E-PER S-LOC I-LOC', ['PER 0-3', 'LOC 3-4', 'LOC 4-5']],
    ['B-PER I-PER L-PER U-LOC U-LOC', ['PER 0-3', 'LOC 3-4', 'LOC 4-5']],
    ['O O', []],
    ['B-time-of-day I-time-of-day', ['time-of-day 0-2']],
  ])('%s', (labels, expected) => expect(chunks(labels)).toEqual(expected))
})

describe('entity F1', () => {
  const score = (expected: readonly string[], answered: readonly string[]) => {
    const { precision, recall, f1 } = entityF1(expected.map((t) => t.split(' ')), answered.map((t) => t.split(' ')))
    return [precision, recall, f1].map((x) => Number(x.toFixed(4)))
  }
  it('counts whole stretches of the right kind', () => {
    expect(score(['O O O B-MISC I-MISC I-MISC O', 'B-PER I-PER O'], ['O O B-MISC I-MISC I-MISC I-MISC O', 'B-PER I-PER O'])).toEqual([0.5, 0.5, 0.5])
    expect(score(['B-PER I-PER O B-LOC'], ['I-PER I-PER O B-ORG'])).toEqual([0.5, 0.5, 0.5])
    expect(score(['B-PER O B-LOC I-LOC'], ['B-PER O B-LOC O'])).toEqual([0.5, 0.5, 0.5])
    expect(score(['B-PER O O O'], ['B-PER O S-LOC B-LOC'])).toEqual([0.3333, 1, 0.5])
    expect(score(['O O'], ['O O'])).toEqual([0, 0, 0])
  })
})
