// Test files that take longest begin first, so that no worker is left alone with one of them at the end. A clean clone has no
// durations to go by, and the smallest files, which find all ops by themselves, are those that take longest.
import { BaseSequencer } from 'vitest/node'

const LONGEST = ['src/ops/attention.gpu.test.ts', 'src/ops/ops.gpu.test.ts', 'src/methods/methods.gpu.test.ts', 'src/train/session.gpu.test.ts', 'src/train/quantizedBase.gpu.test.ts', 'src/cli/parity/golden.gpu.test.ts']

export class LongestFirst extends BaseSequencer {
  /** @param {import('vitest/node').TestSpecification[]} files */
  async sort(files) {
    /** @param {import('vitest/node').TestSpecification} file */
    const rank = (file) => {
      const at = LONGEST.findIndex((name) => file.moduleId.endsWith(name))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
