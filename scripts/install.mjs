// Makes node_modules match package-lock.json. Plain Node: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Ends the process with one sentence where Node is too old. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`Tunesmith needs Node 20.19 or newer and found ${process.versions.node}. Install it from https://nodejs.org.`)
  process.exit(1)
}

/** Whether npm's own record of what it installed agrees with the lock file, package by package. */
function isInstalled() {
  const record = `${root}node_modules/.package-lock.json`
  if (!existsSync(record)) return false
  /** @param {string} path @returns {Record<string, {version?: string, optional?: boolean, integrity?: string}>} */
  const packages = (path) => JSON.parse(readFileSync(path, 'utf8')).packages
  const installed = packages(record)
  return Object.entries(packages(`${root}package-lock.json`)).every(([path, wanted]) => {
    const found = installed[path]
    if (path === '') return true
    return found ? found.version === wanted.version && found.integrity === wanted.integrity : Boolean(wanted.optional)
  })
}

/** Runs `npm ci` where it has not run since package-lock.json changed. */
export function ensureInstalled() {
  if (isInstalled()) return
  console.log('Installing the packages of package-lock.json …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  console.error('npm ci failed; its message is above. Check the network and run the command again.')
  process.exit(1)
}
