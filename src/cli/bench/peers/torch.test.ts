import { describe, expect, it } from 'vitest'
import { openTorch } from './torch.ts'

describe('PyTorch beside ours', () => {
  it('says which program did not start', async () => {
    await expect(openTorch('no-such-python')).rejects.toThrow('no-such-python ended: spawn no-such-python ENOENT.')
  })

  it('says what a Python that has no PyTorch said last', async () => {
    // Node.js takes the script for its own and ends over its first line.
    await expect(openTorch(process.execPath)).rejects.toThrow(/ended: .+/)
  })
})
