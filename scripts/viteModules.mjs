// TypeScript entries in Node, through Vite's modules, so that `import.meta.glob` and `?raw` mean the same as in the page.
import { root } from './install.mjs'

/** @returns {Promise<import('vite').ViteDevServer>} */
export async function viteModules() {
  process.env['NODE_ENV'] ??= 'production'
  const { createServer } = await import('vite')
  const { defines } = await import('./defines.mjs')
  return createServer({
    root,
    configFile: false,
    define: defines,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
    // Its modules are written for bundlers: Node cannot read them by itself.
    ssr: { noExternal: [/^@tensorflow\//] },
  })
}
