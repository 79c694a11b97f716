// The page's one Trusted Types policy: scripts and workers may only come from this origin, and text never becomes
// HTML or code. Import it before anything that starts a worker. It knows nothing of what is loaded.

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): unknown
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes

// The browser asks the policy named `default` wherever a plain string meets a script sink.
factory?.createPolicy('default', {
  createScriptURL: (url) => {
    if (new URL(url, document.baseURI).origin === location.origin) return url
    throw new TypeError(`Scripts come only from ${location.origin}, found ${url}`)
  },
})
