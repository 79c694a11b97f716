// The whole gate: sets everything up, then types, lint, unit, kernels on WebGPU, and journeys in Chromium.
// Its last line is "N passed, N failed"; a stage that fails without naming a test counts as one failure.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, requireNode, root } from './install.mjs'
import { setUp } from './setup.mjs'

requireNode()
ensureInstalled()
const chromium = setUp()
const reports = join(root, '.cache/reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const total = { passed: 0, failed: 0, skipped: 0 }
const env = { ...process.env, ...(chromium ? { CHROME_PATH: chromium } : {}) }
const bin = (/** @type {string} */ path) => [process.execPath, join(root, 'node_modules', path)]

/** @param {string} file */
function readReport(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  // A file that cannot even be loaded has no tests to count, and must not pass for that.
  const broken = report.testResults.filter(
    (/** @type {{status: string, assertionResults: {status: string}[]}} */ r) =>
      r.status === 'failed' && !r.assertionResults.some((a) => a.status === 'failed'),
  ).length
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** @param {string} name @param {string[]} command @param {string} [project] */
function stage(name, command, project) {
  console.log(`\n── ${name}`)
  const began = performance.now()
  const [file = '', ...flags] = command
  const { status } = spawnSync(file, flags, { cwd: root, stdio: 'inherit', env })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  let counts = { passed: 0, failed: 0, skipped: 0 }
  let crashed = status !== 0
  if (project) {
    try {
      counts = readReport(join(reports, `${project}.json`))
      if (counts.failed > 0) crashed = false
      if (counts.passed + counts.failed === 0) crashed = true
    } catch {
      crashed = true
    }
  }
  total.passed += counts.passed
  total.failed += counts.failed + (crashed ? 1 : 0)
  total.skipped += counts.skipped
  const verdict = crashed || counts.failed > 0 ? 'FAILED' : 'ok'
  console.log(`── ${name}: ${verdict}, ${project ? `${counts.passed} passed, ${counts.failed} failed, ` : ''}${seconds} s`)
  return status === 0
}

/** @param {string} project */
const vitest = (project) => [
  ...bin('vitest/vitest.mjs'),
  'run',
  `--project=${project}`,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(reports, `${project}.json`)}`,
]

stage('types', [...bin('typescript/bin/tsc'), '--noEmit'])
stage('lint', bin('oxlint/bin/oxlint'))
stage('unit', vitest('node'), 'node')
stage('kernels on WebGPU, in Node', vitest('gpu'), 'gpu')
if (stage('build', [...bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn'])) {
  stage('journeys in Chromium', vitest('e2e'), 'e2e')
}

const { passed, failed, skipped } = total
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
