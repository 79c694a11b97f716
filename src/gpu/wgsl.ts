// Reads WGSL so that its text stays the only source of bindings and parameter layout.
// `assemble` resolves `#include <file>` and `#if NAME … #else … #endif`; `readInterface` lists what an entry point binds.
// It knows just enough of the language for our own shaders, and fails loudly on anything else.
import { Fault } from '../protocol/failure.ts'

const fragments = import.meta.glob<string>('../../shaders/lib/*.wgsl', { eager: true, query: '?raw', import: 'default' })

function fragment(name: string): string {
  const text = fragments[`../../shaders/lib/${name}.wgsl`]
  if (text === undefined) throw new Fault('internal', `shaders/lib/${name}.wgsl does not exist.`, 'Check the #include line of the shader.')
  return text
}

export type Defines = Readonly<Record<string, number>>

/** Plain WGSL from a shader file and compile-time numbers. */
export function assemble(source: string, defines: Defines = {}): string {
  const out: string[] = Object.entries(defines).map(([name, value]) => `const ${name} = ${Number.isInteger(value) ? value : value.toPrecision(9)};`)
  const included = new Set<string>()
  // One entry per open #if: whether its lines are kept, given that all outer ones are.
  const kept: boolean[] = []
  const add = (text: string): void => {
    for (const line of text.split('\n')) {
      const directive = /^\s*#(\w+)\s*(.*?)\s*$/.exec(line)
      if (!directive) {
        if (kept.every(Boolean)) out.push(line)
        continue
      }
      const [, word, rest = ''] = directive
      if (word === 'if') {
        const negated = rest.startsWith('!')
        const name = rest.replace(/^!\s*/, '')
        const truth = (defines[name] ?? 0) !== 0
        kept.push(negated ? !truth : truth)
      } else if (word === 'else') kept.push(!kept.pop())
      else if (word === 'endif') kept.pop()
      else if (word === 'include') {
        const name = rest.replace(/[<>"]/g, '')
        if (kept.every(Boolean) && !included.has(name)) {
          included.add(name)
          add(fragment(name))
        }
      } else throw new Fault('internal', `Unknown shader directive #${word}.`, 'Use #if, #else, #endif or #include.')
    }
  }
  add(source)
  if (kept.length > 0) throw new Fault('internal', 'A shader has an #if without #endif.', 'Close it.')
  return out.join('\n')
}

export interface Binding {
  readonly name: string
  readonly binding: number
  readonly type: 'uniform' | 'read-only-storage' | 'storage'
}
export interface Field {
  readonly name: string
  readonly type: 'f32' | 'u32' | 'i32'
}
export interface Interface {
  /** Only what the entry point uses, itself or through the functions it calls. */
  readonly bindings: readonly Binding[]
  readonly params: readonly Field[]
}

const withoutComments = (text: string): string => text.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '')

/** The text of each function, by name. */
function functions(text: string): Map<string, string> {
  const bodies = new Map<string, string>()
  for (const match of text.matchAll(/\bfn\s+(\w+)\s*\(/g)) {
    let depth = 0
    let end = text.indexOf('{', match.index)
    for (; end < text.length; end++) {
      if (text[end] === '{') depth++
      else if (text[end] === '}' && --depth === 0) break
    }
    bodies.set(match[1], text.slice(match.index, end + 1))
  }
  return bodies
}

/** Identifiers an entry reaches. */
function reached(text: string, entry: string): Set<string> {
  const bodies = functions(text)
  if (!bodies.has(entry)) throw new Fault('internal', `The shader has no entry point ${entry}; it has ${[...bodies.keys()].join(', ')}.`, 'Check the op.')
  const names = new Set<string>()
  const queue = [entry]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    // A name after a dot is a member or swizzle (`.y`), not the variable of that name.
    for (const [word] of bodies.get(name)!.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)) {
      if (names.has(word)) continue
      names.add(word)
      if (bodies.has(word)) queue.push(word)
    }
  }
  return names
}

/** What `entry` of an assembled shader binds. */
export function readInterface(assembled: string, entry: string): Interface {
  const text = withoutComments(assembled)
  const used = reached(text, entry)
  const bindings: Binding[] = []
  for (const [, binding, space, name] of text.matchAll(/@group\(0\)\s*@binding\((\d+)\)\s*var<([^>]*)>\s*(\w+)\s*:/g)) {
    if (!used.has(name)) continue
    const kind = space.replace(/\s/g, '')
    bindings.push({ name, binding: Number(binding), type: kind === 'uniform' ? 'uniform' : kind === 'storage,read_write' ? 'storage' : 'read-only-storage' })
  }
  const struct = /struct\s+Params\s*\{([^}]*)\}/.exec(text)?.[1] ?? ''
  const params = [...struct.matchAll(/(\w+)\s*:\s*(\w+)/g)].map(([, name, type]) => {
    if (type !== 'f32' && type !== 'u32' && type !== 'i32') throw new Fault('internal', `Params.${name} is ${type}; only f32, u32 and i32 are read.`, 'Use a scalar.')
    return { name, type } satisfies Field
  })
  return { bindings, params }
}

/** The uniform bytes of a `Params` struct; every field must be given, and nothing else. */
export function packParams(fields: readonly Field[], values: Readonly<Record<string, number>>, where: string): Uint32Array<ArrayBuffer> {
  const unknown = Object.keys(values).filter((k) => !fields.some((f) => f.name === k))
  if (unknown.length > 0) throw new Fault('internal', `${where} sets ${unknown.join(', ')}, which its shader does not read.`, 'Remove them from the dispatch.')
  const words = new Uint32Array(Math.ceil(fields.length / 4) * 4)
  const view = new DataView(words.buffer)
  fields.forEach((f, i) => {
    const value = values[f.name]
    if (value === undefined) throw new Fault('internal', `${where} does not set ${f.name}.`, 'Add it to the dispatch.')
    if (f.type === 'f32') return view.setFloat32(i * 4, value, true)
    // Written as they are, larger ones would wrap around in silence.
    const whole = f.type === 'u32' ? value >>> 0 : value | 0
    if (whole !== value) throw new Fault('internal', `${where} sets ${f.name} to ${value}, which is no ${f.type}.`, 'Use a smaller batch or a smaller model.')
    view.setUint32(i * 4, whole, true)
  })
  return words
}
