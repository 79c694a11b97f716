// A command's options: --help explains them and ends well, and what is not known ends the process with a sentence and exit code 2.
import { parseArgs } from 'node:util'

/** @template {import('node:util').ParseArgsOptionsConfig} T @param {T} options @param {string} usage */
export function readOptions(options, usage) {
  /** @param {string} text @param {number} code @returns {never} */
  const end = (text, code) => {
    console[code === 0 ? 'log' : 'error'](text)
    process.exit(code)
  }
  if (process.argv.includes('--help')) end(usage, 0)
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return end(`${error instanceof Error ? error.message : error}\n${usage}`, 2)
  }
}
