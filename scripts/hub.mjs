// Which Hub the studio may fetch models from: HF_ENDPOINT, as the Hub's own tools call it, or huggingface.co; `off` is none. The
// built site says it in hub.json, and the server's policy for the one worker that fetches and sends allows these origins.

/** Where huggingface.co keeps large files; an endpoint of another name brings its own origins in TUNESMITH_HUB_ORIGINS. */
const FILE_HOSTS = ['https://*.huggingface.co', 'https://*.hf.co']

/**
 * @typedef {{ endpoint: string, origins: string[] }} Hub
 * @param {Record<string, string | undefined>} env
 * @returns {Hub | undefined}
 */
export function hubSettings(env) {
  const given = env['HF_ENDPOINT'] || 'https://huggingface.co'
  if (given === 'off') return undefined
  const endpoint = given.replace(/\/+$/, '')
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`HF_ENDPOINT must be an address that begins with https, or off; found ${given}.`)
  const others = (env['TUNESMITH_HUB_ORIGINS'] ?? '').split(/[\s,]+/).filter((origin) => /^https?:\/\/[\w.*:[\]-]+$/.test(origin))
  return { endpoint, origins: [...new Set([url.origin, ...(others.length > 0 ? others : FILE_HOSTS)])] }
}

/** hub.json in the built site and in the development server. */
export function hubPlugin() {
  const hub = hubSettings(process.env)
  return {
    name: 'hub',
    /** @this {{ emitFile(file: { type: 'asset', fileName: string, source: string }): void }} */
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'hub.json', source: JSON.stringify(hub ?? null) })
    },
    configureServer(/** @type {{ middlewares: { use(path: string, handler: (request: unknown, response: import('node:http').ServerResponse) => void): void } }} */ server) {
      server.middlewares.use('/hub.json', (_, response) => {
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(hub ?? null))
      })
    },
  }
}
