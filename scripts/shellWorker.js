// The service worker of the built page: keeps the page's own files, so that the studio opens without a network. Never weights, never
// data, nothing of another site. A newer version waits until no tab uses this one, or until the person takes it: no tab is
// reloaded under a run. scripts/offline.mjs fills in the version and the list of files.
const VERSION = '__VERSION__'
/** Paths from the scope; './' is the page. */
const SHELL = __SHELL__
const PREFIX = 'tunesmith-shell-'
const CACHE = PREFIX + VERSION

const known = new Set(SHELL.map((path) => new URL(path, self.registration.scope).href))

self.addEventListener('install', (event) => {
  // All or nothing; past whatever the browser's own cache holds.
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: 'no-cache' })))))
})

self.addEventListener('activate', (event) => {
  // The version before stays: a tab that still runs it may load a part of it late.
  const tidy = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE).slice(0, -1)
    await Promise.all(old.map((name) => caches.delete(name)))
  }
  event.waitUntil(tidy())
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { method, headers, url } = event.request
  if (method !== 'GET' || headers.has('range')) return
  const address = new URL(url)
  address.search = address.hash = ''
  if (address.pathname.endsWith('/index.html')) address.pathname = address.pathname.slice(0, -'index.html'.length)
  const isOlder = address.href.startsWith(new URL('assets/', self.registration.scope).href) && !/\/hub\.worker-/.test(address.pathname)
  if (!known.has(address.href) && !isOlder) return
  const find = async () => (await (await caches.open(CACHE)).match(address.href)) ?? (isOlder ? await caches.match(address.href) : undefined) ?? fetch(event.request)
  event.respondWith(find())
})
