// npm run soak -- [--minutes N] [--points N] [--seed S] [--only losses,crashes,kills,dawn,page]: what the gate tries a few times, very many
// times, and long runs. `losses`: devices destroyed at random calls of a run (half of the points); `crashes`: GPU processes crashed at
// random moments (the other half); `kills`: pages killed while they save checkpoints; `dawn`, `page`: a run of so many
// minutes in this process, and one in the page.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, requireNode, root } from './install.mjs'
import { readOptions } from './options.mjs'
import { ownProcesses } from './ownProcesses.mjs'
import { setUp } from './setup.mjs'

requireNode()
ensureInstalled()
const parts = ['losses', 'crashes', 'kills', 'dawn', 'page']
const usage = `npm run soak -- [--minutes N] [--points N] [--seed S] [--only ${parts.join(',')}]`
const args = readOptions({ minutes: { type: 'string', default: '60' }, points: { type: 'string', default: '200' }, seed: { type: 'string' }, only: { type: 'string' } }, usage)
const [minutes, points] = [Number(args.minutes), Number(args.points)]
const seed = args.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(args.seed)
const chosen = args.only?.split(',') ?? parts
if (!(minutes > 0) || !Number.isInteger(points) || points < 2 || !Number.isInteger(seed) || chosen.some((part) => !parts.includes(part))) {
  console.error(usage)
  process.exit(2)
}
const chromium = setUp()
const reports = join(root, '.cache/soak')
mkdirSync(reports, { recursive: true })

/** @type {string[]} */
const verdicts = []
let failed = false

// A browser whose test was killed would train on for ever: whatever works in this folder ends with the part that started it.
const own = ownProcesses('tunesmith-soak')
for (const [signal, number] of /** @type {const} */ ([['SIGHUP', 1], ['SIGINT', 2], ['SIGTERM', 15]]))
  process.once(signal, () => {
    own.end()
    process.exit(128 + number)
  })

/** @param {string} name @param {string[]} command @param {Record<string, string>} [more] */
async function part(name, command, more = {}) {
  console.log(`\n── ${name}, seed ${seed}`)
  const began = performance.now()
  const status = await new Promise((done) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit', env: { ...process.env, ...own.env, ...(chromium ? { CHROME_PATH: chromium } : {}), TUNESMITH_SEED: String(seed), ...more } })
    child.once('error', () => done(1))
    child.once('exit', done)
  })
  const left = own.kill()
  if (left > 0) console.log(`${left} processes of ${name} were still there, and are ended.`)
  failed ||= status !== 0
  return `${status === 0 ? 'ok' : 'FAILED'}, ${Math.round((performance.now() - began) / 1000)} s`
}

/** @param {string} name @param {string} project @param {string[]} tests @param {Record<string, string>} env */
async function suite(name, project, tests, env) {
  const report = join(reports, `${name}.json`)
  rmSync(report, { force: true })
  const verdict = await part(name, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', project, ...tests, '--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`], env)
  let counts = 'no report'
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
    counts = `${numPassedTests} tests passed, ${numFailedTests} failed`
  } catch {
    failed = true
  }
  verdicts.push(`${name}: ${counts}, ${verdict}`)
}

if (chosen.includes('losses')) await suite('losses', 'gpu', ['src/train/outliveDevice.gpu.test.ts'], { TUNESMITH_LOSSES: String(Math.ceil(points / 2)) })
if (chosen.includes('crashes')) await suite('crashes', 'e2e', ['e2e/gpuCrash.spec.ts'], { TUNESMITH_CRASHES: String(Math.floor(points / 2)) })
if (chosen.includes('kills')) await suite('kills', 'e2e', ['e2e/storage.spec.ts', '-t', 'killed in the middle of a save'], { TUNESMITH_KILLS: String(points) })
for (const [name, entry] of Object.entries({ dawn: 'src/cli/soak.ts', page: 'src/cli/soakPage.ts' }))
  if (chosen.includes(name)) verdicts.push(`${name}: ${minutes} minutes, ${await part(name, ['scripts/run.mjs', entry, String(minutes)])}`)

own.end()
console.log(`\nsoak, seed ${seed}, ${points} points\n${verdicts.join('\n')}`)
process.exit(failed ? 1 : 0)
