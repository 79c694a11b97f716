// Builds dist/ when something it is made of is newer. Used by `npm start` and `npm run tune`.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, root } from './install.mjs'

const sources = ['src', 'shaders', 'public', 'index.html', 'headless.html', 'vite.config.ts', 'package-lock.json', 'scripts/headers.mjs', 'scripts/hub.mjs', 'scripts/offline.mjs', 'scripts/shellWorker.js']

/** The newest change under a path, in milliseconds. @param {string} path @returns {number} */
function newest(path) {
  if (!existsSync(path)) return 0
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/** Answers whether dist/ is up to date now. */
export function ensureBuilt() {
  const built = newest(join(root, 'dist/index.html'))
  if (!sources.some((source) => newest(join(root, source)) > built)) return true
  ensureInstalled()
  console.log('Building …')
  const { status } = spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) console.error('The build failed; its message is above.')
  return status === 0
}
