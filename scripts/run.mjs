// node scripts/run.mjs src/cli/x.ts [args]: runs a TypeScript entry in Node through Vite's modules, so that
// `import.meta.glob` and `?raw` mean the same as in the page. The entry exports main(argv): Promise<exit code>, and
// USAGE, which --help prints.
import { ensureInstalled, requireNode } from './install.mjs'
import { viteModules } from './viteModules.mjs'

requireNode()
ensureInstalled()
const [entry, ...args] = process.argv.slice(2)
if (!entry) {
  console.error('Usage: node scripts/run.mjs ENTRY.ts [arguments]')
  process.exit(2)
}
const server = await viteModules()
let code = 1
try {
  const { main, USAGE } = await server.ssrLoadModule(`/${entry.replace(/^\.?\//, '')}`, { fixStacktrace: true })
  if (USAGE !== undefined && args.includes('--help')) {
    console.log(USAGE)
    code = 0
  } else code = await main(args)
} catch (error) {
  if (error instanceof Error) server.ssrFixStacktrace(error)
  const hint = error instanceof Error && 'hint' in error ? `\n${error.hint}` : ''
  // What the system refuses (no such file, no permission, no room) says so in a sentence too.
  console.error(error instanceof Error && (error.name === 'Fault' || 'syscall' in error) ? `${error.message}${hint}` : error)
}
await server.close()
// Dawn keeps threads alive after the last device; only an explicit exit ends the process.
process.exit(code)
