// node scripts/fuzz.mjs [runs]: the property tests of everything that enters from outside, with many more cases than the gate's.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, requireNode, root } from './install.mjs'

requireNode()
ensureInstalled()
const runs = process.argv[2] ?? '100000'
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project=node', '--testTimeout=86400000', '.fuzz.test.'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_RUNS: runs },
})
process.exit(status ?? 1)
