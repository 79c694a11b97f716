// For tests: the golden checkpoints of this folder, and real files that are not part of the project. The real ones are looked
// for beside this file and in the folder that the environment variable TUNESMITH_DATA names.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelFolder } from '../../src/files/modelFolder.ts'
import { openModelFolder } from '../../src/files/openModelFolder.ts'
import { readFolder } from '../../src/files/nodeSource.ts'

export const goldenRoot = fileURLToPath(new URL('.', import.meta.url))

/** A tiny random checkpoint: llama, llama_tied, qwen2_f16, gpt2, odd/llama … */
export async function goldenModel(name: string): Promise<ModelFolder> {
  const [family, kind = ''] = name.split('/').toReversed()
  return openModelFolder(await readFolder(join(goldenRoot, kind, 'models', family ?? '')))
}

const rooms = [goldenRoot, process.env['TUNESMITH_DATA']]

/** The path of a real file or folder, `stories260K/hf` for instance; undefined on a machine that does not have it. */
export function realFile(path: string): string | undefined {
  return rooms
    .filter((room) => room !== undefined)
    .map((room) => join(room, path))
    .find((full) => existsSync(full))
}

/** Why a test that needs a real file did nothing, for its reader. */
export const leftOut = (path: string): string => `left out: ${path} is not here (name its folder in TUNESMITH_DATA)`
