// For tests that check files with the real libraries: a Python that has them, where the machine has one.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where check_adapter.py and check_merged.py are. */
const goldenScripts = fileURLToPath(new URL('../../scripts/golden', import.meta.url))

export const withoutPython = 'left out: the check with PEFT itself (name a Python that has it in TUNESMITH_PYTHON)'

let found: Promise<string | undefined> | undefined

/** A Python that has PEFT: the one that TUNESMITH_PYTHON names, or python3. Looked for once. */
export const findPython = (): Promise<string | undefined> => (found ??= find())

async function find(): Promise<string | undefined> {
  for (const python of [process.env['TUNESMITH_PYTHON'], 'python3']) {
    if (!python) continue
    const works = await run(python, ['-c', 'import peft, safetensors, torch, transformers'], { timeout: 120_000 }).then(
      () => true,
      () => false,
    )
    if (works) return python
  }
  return undefined
}

/** Runs one of the golden scripts; rejects where its exit status is not 0. */
export async function runPython(python: string, script: string, args: readonly string[]): Promise<void> {
  await run(python, [script, ...args], { cwd: goldenScripts, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }, timeout: 150_000 })
}
