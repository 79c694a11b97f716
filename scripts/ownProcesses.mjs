// The processes that a command starts, and those that they start: found by the folder for temporary files that all of them were given, as
// nothing else tells a browser that has left its parent. What an earlier command left behind, because it was killed itself, goes too.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** @param {string} pid */
function ofLinux(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1') + readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    // It has ended, or is somebody else’s.
    return ''
  }
}

/** Every process with the environment or the arguments that it was started with. @returns {[pid: number, started: string][]} */
function processes() {
  if (process.platform === 'linux') return readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? [[Number(pid), ofLinux(pid)]] : []))
  if (process.platform === 'win32') return []
  return execFileSync('ps', ['-Axo', 'pid=,command='], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n').map((line) => [Number.parseInt(line), line])
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Ends what works in the folder; answers how many there were. @param {string} folder */
function killIn(folder) {
  const found = processes().filter(([pid, started]) => pid !== process.pid && started.includes(folder))
  for (const [pid] of found) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended meanwhile.
    }
  }
  return found.length
}

/** @param {string} name of the command, in its folder’s name */
export function ownProcesses(name) {
  for (const left of readdirSync(tmpdir()).filter((entry) => entry.startsWith(`${name}-`))) {
    const owner = Number(left.slice(name.length + 1))
    if (!Number.isInteger(owner) || isAlive(owner)) continue
    killIn(join(tmpdir(), left))
    rmSync(join(tmpdir(), left), { recursive: true, force: true })
  }
  const folder = join(tmpdir(), `${name}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const kill = () => killIn(folder)
  return {
    /** What a child is to be started with. */
    env: { TMPDIR: folder, TMP: folder, TEMP: folder },
    /** Ends those that are left; answers how many. */
    kill,
    end() {
      kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
