// The bench over Dawn as a program of its own: what buildBundle.ts packs into one file.
import { measureInDawn } from './inDawn.ts'
import { readOptions } from './options.ts'
import { runBench } from './runBench.ts'

try {
  await runBench(readOptions(process.argv.slice(2)), measureInDawn)
  process.exit(0)
} catch (error) {
  console.error(error)
  process.exit(1)
}
