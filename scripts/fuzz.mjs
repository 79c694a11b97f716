// npm run fuzz -- [--runs N] [--only IDS] [--seed S] [--path P]: everything that reads what comes from outside, with very many
// inputs. Each target runs in a worker with a limited heap, watched from here: an input that hangs or fills the memory ends the
// worker and is reported like any other failure, with the seed and path that find it again. Inputs that failed go to .cache/fuzz.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ensureInstalled, requireNode, root } from './install.mjs'
import { readOptions } from './options.mjs'

requireNode()
ensureInstalled()
const known = readdirSync(join(root, 'src/cli/fuzz/targets')).map((name) => basename(name, '.ts'))
const usage = `npm run fuzz -- [--runs N] [--only ${known.join(',')}] [--seed S] [--path P]`
const args = readOptions({ runs: { type: 'string', default: '100000' }, only: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } }, usage)
const runs = Number(args.runs)
const firstSeed = args.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(args.seed)
const chosen = args.only?.split(',') ?? known
const unknown = chosen.filter((id) => !known.includes(id))
if (unknown.length > 0 || !(runs > 0) || !Number.isInteger(firstSeed) || (args.path !== undefined && chosen.length !== 1)) {
  console.error(`${unknown.length > 0 ? `There is no target ${unknown.join(', ')}. ` : ''}${usage}`)
  process.exit(2)
}

/** Work on one input after which it hangs, in milliseconds of the process's own time; without any work, of the clock. */
const HANG_MS = 3000
const STUCK_MS = 60_000
const HEAP_MB = 1024
const GROWTH_BYTES = 1.5 * 2 ** 30
const POLL_MS = 50
/** Failures of one target after which it is left. */
const ENOUGH = 5
const folder = join(root, '.cache/fuzz')

/** @typedef {import('../src/cli/fuzz/serve.ts').FuzzNews} FuzzNews */

/** @param {string} id @param {number} seed @param {string} path @param {Uint8Array | string} input */
function keep(id, seed, path, input) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${id}-${seed}-${path.replaceAll(':', '_')}${typeof input === 'string' ? '.json' : ''}`)
  writeFileSync(file, input)
  return file
}

/** @param {object} job @param {(news: FuzzNews) => unknown} hear tells true when it has heard enough @param {Int32Array} beat @returns {Promise<string | undefined>} why it was ended */
function work(job, hear, beat) {
  return new Promise((done) => {
    const worker = new Worker(new URL('./fuzzWorker.mjs', import.meta.url), { workerData: { ...job, beat }, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB }, stderr: true, stdout: true })
    let ready = false
    let base = Number.POSITIVE_INFINITY
    let last = { begun: -1, cpu: process.cpuUsage(), at: performance.now() }
    /** @type {string | undefined} */
    let reason
    let finished = false
    /** @param {string} why */
    const end = (why) => {
      clearInterval(poll)
      reason ??= why
      void worker.terminate()
    }
    const poll = setInterval(() => {
      if (!ready) return
      const begun = Atomics.load(beat, 0)
      if (begun !== last.begun) last = { begun, cpu: process.cpuUsage(), at: performance.now() }
      const { user, system } = process.cpuUsage(last.cpu)
      if ((user + system) / 1000 > HANG_MS) end(`It did not end within ${HANG_MS} ms.`)
      else if (performance.now() - last.at > STUCK_MS) end(`It waits for something that never comes.`)
      else if (process.memoryUsage.rss() > base + GROWTH_BYTES) end(`It takes more than ${GROWTH_BYTES / 2 ** 30} GiB of memory.`)
    }, POLL_MS)
    worker.on('message', (/** @type {FuzzNews} */ news) => {
      if (news.kind === 'ready') {
        ready = true
        base = process.memoryUsage.rss()
        last = { begun: -1, cpu: process.cpuUsage(), at: performance.now() }
      } else if (news.kind === 'broken') {
        console.error(news.reason)
        process.exit(1)
      } else {
        finished ||= news.kind === 'finished'
        if (hear(news) === true) end('')
      }
    })
    worker.on('error', (error) => end(/** @type {NodeJS.ErrnoException} */ (error).code === 'ERR_WORKER_OUT_OF_MEMORY' ? `It takes more than ${HEAP_MB} MiB of heap.` : String(error.stack ?? error)))
    worker.on('exit', (code) => {
      clearInterval(poll)
      // A full heap may end it before it can say so.
      done(finished || code === 0 ? undefined : (reason ?? `The worker ended by itself; its heap may have had more than ${HEAP_MB} MiB.`))
    })
  })
}

/** @param {string} id @param {number} seed @param {string} path @param {string} reason @param {Uint8Array | string} [input] */
function report(id, seed, path, reason, input) {
  console.log(`\n✗ ${id}: ${reason.split('\n').slice(0, 6).join('\n    ')}`)
  console.log(`  again: npm run fuzz -- --only ${id} --seed ${seed} --path ${path}${input === undefined ? '' : `   input: ${keep(id, seed, path, input)}`}`)
}

let failures = 0
let total = 0
for (const id of chosen) {
  const began = performance.now()
  let found = 0
  let done = 0
  let seed = firstSeed
  const line = () => `${id}: ${done} inputs, ${Math.round((1000 * done) / (performance.now() - began))}/s, ${found === 0 ? 'no failure' : `${found} failures`}`
  while (done < runs && found < ENOUGH) {
    const beat = new Int32Array(new SharedArrayBuffer(12))
    const before = done
    const why = await work({ id, seed, runs: runs - before, ...(args.path !== undefined && { path: args.path }) }, (news) => {
      if (news.kind === 'progress') {
        done = before + news.done
        if (process.stdout.isTTY) process.stdout.write(`\r${line()}   `)
      } else if (news.kind === 'failure' && found < ENOUGH) {
        report(id, news.seed, news.path, news.reason, news.input)
        return ++found >= ENOUGH
      }
      return false
    }, beat)
    if (!why) break
    found++
    const [, batch = 0, place = 0] = beat
    const path = args.path ?? String(place)
    /** @type {Uint8Array | string | undefined} */
    let input
    await work({ id, seed: batch, runs: 1, path, show: true }, (news) => void (news.kind === 'input' && (input = news.input)), new Int32Array(new SharedArrayBuffer(12)))
    report(id, batch, path, why, input)
    done = before + 1000 * (((batch - seed) | 0) + 1)
    seed = (batch + 1) | 0
    if (args.path !== undefined) break
  }
  done = Math.min(done, runs)
  total += done
  failures += found
  console.log(`${process.stdout.isTTY ? '\r' : ''}${line()} (seed ${firstSeed})`)
}
console.log(`\n${total} inputs, ${failures} failures`)
process.exit(failures > 0 ? 1 : 0)
