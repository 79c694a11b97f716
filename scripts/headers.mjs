// The one list of HTTP headers the page is served with: `npm start`, Vite and the built page's meta tag read it.
// It allows nothing but this origin; whoever widens it decides where a person's data may go. One script is apart: the worker
// that fetches models and sends what a person sends, which has no part in data, runs or training, may also speak to the Hub of
// scripts/hub.mjs.
import { hubSettings } from './hub.mjs'

const policy = {
  'default-src': ["'none'"],
  // WebAssembly, and nothing else that is made from data: onnxruntime-web, from this origin.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'"],
  'style-src': ["'self'"],
  'font-src': ["'self'"],
  'img-src': ["'self'", 'blob:', 'data:'],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['default'],
}

/** @param {Record<string, string[]>} directives */
const write = (directives) =>
  Object.entries(directives)
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ')

/** For `<meta http-equiv>`: a page cannot forbid its own framing that way, so that directive is left out. */
export function metaPolicy() {
  const { 'frame-ancestors': _, ...rest } = policy
  return write(rest)
}

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), bluetooth=()',
}

/** What the built page is served with. */
export const headers = { 'Content-Security-Policy': write(policy), ...isolation }

/** Its name in the built site; a worker's policy comes with its own script. */
const HUB_WORKER = /\/assets\/hub\.worker-[\w-]+\.js$/

/**
 * The headers of one file of the built site.
 * @param {string} file its path, `/`-separated @param {readonly string[]} hubOrigins
 */
export function headersOf(file, hubOrigins) {
  if (!HUB_WORKER.test(file) || hubOrigins.length === 0) return headers
  return { ...headers, 'Content-Security-Policy': write({ ...policy, 'connect-src': ["'self'", ...hubOrigins] }) }
}

/** Vite's development page injects inline scripts and styles and reloads over a socket, so only there they are allowed. */
export const devHeaders = {
  'Content-Security-Policy': write({
    ...Object.fromEntries(Object.entries(policy).filter(([name]) => !name.includes('trusted-types'))),
    'script-src': ["'self'", "'unsafe-inline'", "'wasm-unsafe-eval'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    'connect-src': ["'self'", 'ws:', ...(hubSettings(process.env)?.origins ?? [])],
  }),
  ...isolation,
}
