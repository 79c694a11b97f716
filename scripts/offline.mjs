// Writes sw.js into the built site: the service worker of scripts/shellWorker.js with the list of the files that make up the page,
// and a version that follows from their bytes.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What is not kept: WebAssembly that few need, models (they have a store of their own), the page without a face, what a server may
 * answer in its own way (the Hub and the worker that may speak to it), and the service worker itself.
 */
const LEFT_OUT = /\.wasm$|^starter\/|headless|^hub\.json$|hub\.worker-|^sw\.js$|README\.md$/

/** Paths of the files that are kept. @param {string} folder a built site @returns {string[]} */
function shellFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !LEFT_OUT.test(path))
    .sort()
}

export function offlinePlugin() {
  let folder = ''
  return {
    name: 'offline',
    apply: /** @type {const} */ ('build'),
    configResolved(/** @type {{ root: string, build: { outDir: string } }} */ config) {
      folder = join(config.root, relative(config.root, config.build.outDir) || config.build.outDir)
    },
    closeBundle() {
      const files = shellFiles(folder)
      const hash = createHash('sha256')
      for (const path of files) hash.update(path).update(readFileSync(join(folder, path)))
      const shell = files.map((path) => (path === 'index.html' ? './' : path))
      const worker = readFileSync(fileURLToPath(new URL('shellWorker.js', import.meta.url)), 'utf8')
      writeFileSync(join(folder, 'sw.js'), worker.replace('__VERSION__', hash.digest('hex').slice(0, 16)).replace('__SHELL__', JSON.stringify(shell)))
    },
  }
}
