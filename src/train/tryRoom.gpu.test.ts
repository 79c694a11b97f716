// A trial allocation gives back every byte, and where the GPU gives too little it says how much, and what would take less.
import { expect, it } from 'vitest'
import { Fault } from '../protocol/failure.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { estimate } from './estimate.ts'
import { testBase } from './testRun.ts'
import { tryRoom } from './tryRoom.ts'

const recipe = { ...defaultRecipe(), methods: [{ id: 'lora', options: { r: 4 } }] }
const shapes = [{ B: 4, T: 64 }]

it('allocates what the plan says, and frees it', async () => {
  const base = await testBase('llama')
  const before = base.memory.bytes()
  const planned = estimate(base, recipe, shapes).bytes.total
  const report = await tryRoom(base, recipe, shapes)
  expect(report.failure).toBeUndefined()
  expect(report.grantedBytes).toBe(report.wantedBytes)
  // A slot is at least 16 bytes in the plan.
  expect(Math.abs(report.wantedBytes + report.presentBytes - planned)).toBeLessThan(1024)
  expect(base.memory.bytes()).toBe(before)
})

it('says how far the GPU went, and offers what takes less', async () => {
  const base = await testBase('llama')
  const before = base.memory.bytes()
  let calls = 0
  const memory = Object.assign(Object.create(base.memory) as typeof base.memory, {
    allocate: (...args: Parameters<typeof base.memory.allocate>) => {
      if (calls++ > 0) throw new Fault('out-of-memory', 'The GPU could not give more.', 'Choose a smaller batch.')
      return base.memory.allocate(...args)
    },
  })
  const larger = [{ B: 64, T: 256 }]
  const report = await tryRoom({ ...base, memory }, recipe, larger)
  expect(report.failure?.code).toBe('out-of-memory')
  expect(report.failure?.remedies?.map((r) => ('name' in r ? r.name : ''))).toEqual(['gradient_checkpointing', 'gradient_checkpointing', 'batch_size', 'max_length'])
  expect(report.grantedBytes).toBeGreaterThan(0)
  expect(report.grantedBytes).toBeLessThan(report.wantedBytes)
  expect(base.memory.bytes()).toBe(before)
})
