// The laws of the tree, read from its own lines: who may import whom, how files are named, and what no file may say.
// It knows rooms and names, not what any file does.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Every file of the project, committed or not, that git would keep. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))
/** Tests, and what only they use: `testGpu.ts`, `testRun.ts`. */
const isTest = (path: string): boolean => /\.(test|spec)\.tsx?$|\/test[A-Z]\w*\.tsx?$/.test(path)
const sources = files.filter((path) => /^src\/.*\.tsx?$/.test(path))

/** Room → rooms it may import. Every room may import `lib` and itself. */
const law: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  protocol: [],
  gpu: ['protocol', 'shaders'],
  graph: ['protocol'],
  ops: ['graph', 'shaders', 'protocol'],
  engine: ['gpu', 'graph', 'ops', 'shaders', 'protocol'],
  optim: [],
  methods: ['graph', 'ops', 'protocol'],
  families: ['graph', 'ops', 'protocol'],
  files: ['protocol'],
  data: ['files', 'protocol'],
  adapters: ['files', 'methods', 'protocol'],
  onnx: ['families', 'graph', 'ops', 'files', 'protocol'],
  train: ['adapters', 'onnx', 'engine', 'graph', 'gpu', 'ops', 'optim', 'methods', 'families', 'data', 'files', 'protocol', 'evaluate', 'storage'],
  evaluate: ['protocol'],
  storage: ['files', 'protocol'],
  workers: ['train', 'adapters', 'onnx', 'data', 'storage', 'files', 'protocol', 'methods', 'families', 'gpu'],
  store: ['protocol'],
  headless: ['protocol', 'workers/client', 'ui/trustedTypes'],
  ui: ['store', 'protocol', 'workers/client'],
}
/** The command line is a second page: it may use every room but the page's own. */
const cliMayNot = ['ui', 'store']

interface Import {
  readonly file: string
  readonly line: number
  readonly target: string
}

function importsOf(file: string): Import[] {
  const text = read(file)
  const found: Import[] = []
  const pattern =
    /(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+|\bimport\.meta\.glob\s*(?:<[^>]*>)?\(\s*\[?\s*|new URL\(\s*)(['"])(\.{1,2}\/[^'"]+|\/[^'"]+)\1/gm
  for (const match of text.matchAll(pattern)) {
    const spec = (match[2] ?? '').replace(/\?.*$/, '')
    const target = spec.startsWith('/') ? spec.slice(1) : relative(root, join(root, dirname(file), spec))
    found.push({ file, line: text.slice(0, match.index).split('\n').length, target })
  }
  return found
}

function breaks({ file, target }: Import): string | undefined {
  const [, room = ''] = file.split('/')
  if (file.split('/').length < 3) return undefined
  const to = target.startsWith('src/') ? (target.split('/')[1] ?? '') : (target.split('/')[0] ?? '')
  if (to === room) return undefined
  if (room === 'cli') return cliMayNot.includes(to) ? `cli may not import ${to}` : undefined
  const allowed = law[room]
  if (!allowed) return `${room} is not a room: add it to the law in src/laws.test.ts and to the README's map`
  if (to === 'lib' && room !== 'protocol') return undefined
  if (allowed.some((a) => a === to || target.startsWith(`src/${a}.`))) return undefined
  return `${room} may import ${['lib', ...allowed].join(', ')}; found ${target}`
}

describe('the law of imports', () => {
  it('holds in every source file', () => {
    const broken = sources
      .filter((file) => !isTest(file))
      .flatMap(importsOf)
      .map((i) => ({ i, why: breaks(i) }))
      .filter(({ why }) => why !== undefined)
      .map(({ i, why }) => `${i.file}:${i.line}: ${why}`)
    expect(broken).toEqual([])
  })

  it('sees an import that it forbids', () => {
    const at = (file: string, target: string): Import => ({ file, line: 1, target })
    expect(breaks(at('src/ops/x.ts', 'src/gpu/device.ts'))).toContain('ops may import')
    expect(breaks(at('src/protocol/x.ts', 'src/lib/bytes.ts'))).toBeDefined()
    expect(breaks(at('src/store/x.ts', 'src/workers/trainer.worker.ts'))).toBeDefined()
    expect(breaks(at('src/ui/x.ts', 'src/workers/client.ts'))).toBeUndefined()
    expect(breaks(at('src/methods/x.ts', 'shaders/x.wgsl'))).toBeDefined()
    expect(breaks(at('src/cli/x.ts', 'src/ui/App.tsx'))).toBeDefined()
  })

  it('lets arrows point one way only', () => {
    const rooms = new Map(Object.entries(law).map(([room, allowed]) => [room, allowed.filter((a) => a in law)]))
    expect(circleIn(rooms)).toBeUndefined()
  })

  it('has no files that need each other to run', () => {
    const isOfTypes = (names: string): boolean => /^type\b|^\{(\s*type\s[^,}]*,?)+\s*\}$/.test(names)
    const needed = (file: string): string[] =>
      [...read(file).matchAll(/^(?:import|export)\s+([^'"]*?)\s+from\s+['"](\.[^'"]+)['"]/gm)].flatMap(([, names, spec]) => (isOfTypes(names) ? [] : [relative(root, join(root, dirname(file), spec))]))
    expect(circleIn(new Map(sources.map((file) => [file, needed(file)])))).toBeUndefined()
  })

  it('finds a circle', () => expect(circleIn(new Map([['a', ['b']], ['b', ['c']], ['c', ['d', 'b']]]))).toEqual(['b', 'c', 'b']))
})

/** A way from some node back to itself. */
function circleIn(arrows: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const walk = (node: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node]
    if (done.has(node)) return undefined
    for (const next of arrows.get(node) ?? []) {
      const found = walk(next, [...way, node])
      if (found) return found
    }
    done.add(node)
    return undefined
  }
  for (const node of arrows.keys()) {
    const found = walk(node, [])
    if (found) return found
  }
  return undefined
}

describe('names and sizes', () => {
  it('names every file after what it exports', () => {
    const vague = /^(utils?|helpers?|manager|service|common|misc)\b|(Utils?|Helpers?|Manager|Service)\.tsx?$/i
    expect(files.filter((path) => /\.(m?js|tsx?|wgsl|py)$/.test(path) && vague.test(basename(path)))).toEqual([])
  })

  // A file that needs more than 400 lines stands here with its reason.
  const long: readonly string[] = []
  it('keeps files under 400 lines', () => {
    const over = files
      .filter((path) => /^(src|shaders|scripts|e2e)\/.*\.(m?js|tsx?|wgsl)$/.test(path) && !long.includes(path))
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines > 400)
    expect(over).toEqual([])
    expect(long.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('opens every file but tests with a comment', () => {
    const bare = files.filter(
      (path) =>
        /^(src|shaders|scripts|e2e)\/.*\.(m?js|tsx?|wgsl)$/.test(path) &&
        !isTest(path) &&
        !/^(#!.*\n)?\s*\/[/*]/.test(read(path)),
    )
    expect(bare).toEqual([])
  })

  it('gives every shader an op or an optimizer that names it', () => {
    const shaders = files.filter((path) => /^shaders\/[^/]+\.wgsl$/.test(path)).map((path) => basename(path, '.wgsl'))
    const lonely = shaders.filter(
      (name) => !sources.some((path) => /^src\/(ops|optim|engine)\//.test(path) && !isTest(path) && mentions(read(path), name)),
    )
    expect(lonely).toEqual([])
  })
  const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}(\\.wgsl)?['"?]`).test(text)
})

describe('what no file may say', () => {
  const texts = files
    .filter((path) => /\.(m?js|tsx?|json|wgsl|py|md|html|css|svg|sh|txt|ya?ml)$|^\.[^/]*$|^\.ci\//.test(path))
    .map((path) => ({ path, text: read(path) }))
  const offenders = (pattern: RegExp): string[] =>
    texts.flatMap(({ path, text }) => {
      const match = pattern.exec(text)
      return match ? [`${path}:${text.slice(0, match.index).split('\n').length}: ${match[0]}`] : []
    })

  it('names no folder of one machine', () => {
    // Written in parts, so that this file passes its own test.
    const folders = [
      'wo' + 'rk',
      'ro' + 'ot',
      'ho' + 'me/\\w+',
      'Us' + 'ers/\\w+',
      'op' + 't',
      'm' + 'nt',
      'wor' + 'kspace',
    ].join('|')
    expect(offenders(new RegExp(`(?<![\\w.)}~/-])/(${folders})/`))).toEqual([])
  })

  it('names no package registry', () => {
    const hosts = ['regis' + 'try\\.', 'npm' + 'js\\.(org|com)', 'pypi\\.' + 'org', 'arti' + 'factory', 'verd' + 'accio'].join(
      '|',
    )
    expect(offenders(new RegExp(`https?://[\\w.-]*(${hosts})`))).toEqual([])
  })

  it('keeps no escape from the type checker and no test switched off', () => {
    // Loose types are the linter's to find; comments that silence a checker are not code, so they are found here.
    const escapes = [
      '@ts-' + '(ignore|expect-error|nocheck)',
      'oxlint-' + 'disable',
      '\\b(it|test|describe)\\.' + '(skip|only|todo)\\b',
    ]
    const code = offenders(new RegExp(escapes.join('|'))).filter((line) => /\.tsx?:/.test(line))
    expect(code).toEqual([])
    expect(
      offenders(new RegExp('\\b(TO' + 'DO|FIX' + 'ME|HA' + 'CK)\\b')).filter((line) => /\.(m?js|tsx?|wgsl|py):/.test(line)),
    ).toEqual([])
  })
})
