// Which machine and which state of the sources a measurement comes from.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'
import type { Made } from './report.ts'

export function machineFacts(): Made['machine'] {
  const [first] = cpus()
  return { processor: first?.model.trim() ?? 'unknown', cores: cpus().length, memory: totalmem(), system: `${platform()} ${arch()}` }
}

/** Short hash, with a plus where tracked files differ; a bundle carries its own; else `unknown`. */
export function commit(): string {
  const packed = process.env.TUNESMITH_COMMIT
  if (packed) return packed
  try {
    const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}

const packages: Readonly<Record<string, string>> = { 'jax-js': '@jax-js/jax', tfjs: '@tensorflow/tfjs-backend-webgpu', 'onnxruntime-web': 'onnxruntime-web' }

/** Installed versions of the libraries measured beside ours; of those that are there. A bundle carries its own. */
export function peerVersions(names: readonly string[]): Record<string, string> {
  const packed = process.env.TUNESMITH_PEERS
  if (packed) return JSON.parse(packed) as Record<string, string>
  return Object.fromEntries(
    names.flatMap((name) => {
      try {
        return [[name, (JSON.parse(readFileSync(`node_modules/${packages[name]}/package.json`, 'utf8')) as { version: string }).version]]
      } catch {
        return []
      }
    }),
  )
}
