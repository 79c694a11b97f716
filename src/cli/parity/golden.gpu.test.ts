import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { goldenRoot } from '../../../e2e/golden/goldenFiles.ts'
import { testGpu } from '../../engine/testGpu.ts'
import { readCase } from './readCase.ts'
import { runCase } from './runCase.ts'

// Logits, losses, every gradient and ten AdamW steps of PyTorch, transformers and PEFT; see scripts/golden.
describe.each([
  { kit: 'cases', least: 36 },
  { kit: 'odd/cases', least: 4 },
])('golden $kit', ({ kit, least }) => {
  const folder = join(goldenRoot, kit)
  const names = readdirSync(folder).toSorted()

  it('are all there', () => expect(names.length).toBeGreaterThanOrEqual(least))

  // A case takes half a second; the first of its shapes waits for kernels, on a busy software adapter for minutes.
  it.each(names)(
    '%s',
    async (name) => {
      const { status, line } = await runCase(await testGpu(), await readCase(join(folder, name)))
      expect(status, line).toBe('passed')
    },
    600_000,
  )
})
