// `npm start`: installs, builds and serves the studio on this machine only, and opens it in an installed browser.
// Plain Node, because it runs before anything is installed. Options: --no-open, --port N.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { hubSettings } from './hub.mjs'
import { requireNode, root } from './install.mjs'
import { readOptions } from './options.mjs'
import { serve } from './serve.mjs'
import { findChromium } from './setup.mjs'

requireNode()
const values = readOptions({ 'no-open': { type: 'boolean' }, port: { type: 'string', default: '4173' } }, 'npm start -- [--no-open] [--port N]')
const first = Number(values.port)
if (!Number.isInteger(first) || first < 1 || first > 65_535) {
  console.error(`--port must be a number from 1 to 65535, found ${values.port}.`)
  process.exit(2)
}

function otherHub() {
  try {
    return process.env['HF_ENDPOINT'] ? (hubSettings(process.env) ?? null) : undefined
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}
/** Undefined: the one that the site was built for. */
const hub = otherHub()

if (!ensureBuilt()) process.exit(1)

/** @param {number} port @returns {Promise<string>} */
async function listen(port) {
  try {
    return (await serve(join(root, 'dist'), { port, ...(hub !== undefined && { hub }) })).url
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (taken && port < first + 20 && port < 65_535) return listen(port + 1)
    throw error
  }
}

const url = await listen(first)
console.log(`Tunesmith is at ${url}  (Ctrl+C stops it)`)
if (new URL(url).port !== String(first))
  console.log(`Port ${first} is taken. A browser keeps runs per address, so those saved at port ${first} are seen only there.`)

const display = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']
const browser = findChromium()
if (!values['no-open'] && display && browser) {
  spawn(browser, [url], { detached: true, stdio: 'ignore' })
    .on('error', () => undefined)
    .unref()
} else if (!browser) {
  console.log('Open that address in Chrome, Chromium or Edge 121 or newer.')
}
