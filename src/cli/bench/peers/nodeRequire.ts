// TensorFlow.js calls `require` in Node.js, which modules do not have: this stands in front of its import.
const { process } = globalThis as { process?: NodeJS.Process }

if (process?.versions?.node !== undefined && !('require' in globalThis)) {
  const builtin = process.getBuiltinModule('node:module')
  Object.assign(globalThis, { require: builtin.createRequire(import.meta.url) })
}
