import { expect, it } from 'vitest'
import { Fault } from '../protocol/failure.ts'
import { offerRoom } from './offerRoom.ts'

const full = new Fault('out-of-memory', 'The GPU could not give 3.0 MiB more.', 'Choose a smaller batch.')

it('offers what takes less memory, and only where it does', () => {
  const training = { gradient_checkpointing: 'off', batch_size: 8, gradient_accumulation_steps: 1, max_length: 256 } as const
  const offered = offerRoom(full, training) as Fault
  expect(offered.hint).toBe('Turn gradient checkpointing on, or choose a smaller batch.')
  expect(offered.remedies).toEqual([
    { kind: 'training', name: 'gradient_checkpointing', value: 'selective' },
    { kind: 'training', name: 'gradient_checkpointing', value: 'full' },
    { kind: 'training', name: 'batch_size', value: 4 },
    { kind: 'training', name: 'max_length', value: 128 },
  ])
  const least = offerRoom(full, { gradient_checkpointing: 'full', batch_size: 1, gradient_accumulation_steps: 1, max_length: 16 }) as Fault
  expect(least.remedies).toEqual([])
  expect(least.hint).toBe(full.hint)
})

it('leaves every other error as it is', () => {
  const other = new Fault('bad-data', 'a', 'b')
  const training = { gradient_checkpointing: 'off', batch_size: 8, gradient_accumulation_steps: 1, max_length: 256 } as const
  expect(offerRoom(other, training)).toBe(other)
  expect(offerRoom('text', training)).toBe('text')
})
