// Builds dist/ when something it is made of is newer. Used by `npm start` and `npm run tune`; journeys ask the same of pages of their own.
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

/** Whether a file is at least as new as all that it is made of; paths are the project's. @param {string} built @param {readonly string[]} from */
export function isUpToDate(built, from) {
  const since = newest(join(root, built))
  return from.every((source) => newest(join(root, source)) <= since)
}

/** Answers whether dist/ is up to date now. */
export function ensureBuilt() {
  if (isUpToDate('dist/index.html', sources)) return true
  ensureInstalled()
  console.log('Building …')
  const { status } = spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) console.error('The build failed; its message is above.')
  return status === 0
}
