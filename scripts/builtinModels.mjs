// Lists the models that are served with the page: every folder of public/ that holds a config.json, with the size and hash
// of each file, so that the page can store them once and tell when one changed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files a model needs, and its card, whose licence goes on with what is made of it. */
const NEEDED = /\.(json|safetensors|jinja)$|^README\.md$/

/** @param {string} publicFolder */
function builtinModels(publicFolder) {
  return readdirSync(publicFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(publicFolder, entry.name, 'config.json')))
    .map(({ name }) => ({
      id: name,
      title: name[0].toUpperCase() + name.slice(1),
      files: readdirSync(join(publicFolder, name))
        .filter((file) => NEEDED.test(file) && file !== 'training-log.json')
        .sort()
        .map((path) => {
          const bytes = readFileSync(join(publicFolder, name, path))
          return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
        }),
    }))
}

/** models.json in the built site and in the development server. */
export function builtinModelsPlugin() {
  let folder = ''
  return {
    name: 'builtin-models',
    configResolved(/** @type {{ publicDir: string }} */ config) {
      folder = config.publicDir
    },
    /** @this {{ emitFile(file: { type: 'asset', fileName: string, source: string }): void }} */
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'models.json', source: JSON.stringify(builtinModels(folder)) })
    },
    configureServer(/** @type {{ middlewares: { use(path: string, handler: (request: unknown, response: import('node:http').ServerResponse) => void): void } }} */ server) {
      server.middlewares.use('/models.json', (_, response) => {
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(builtinModels(folder)))
      })
    },
  }
}
