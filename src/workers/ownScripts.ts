// A worker's Trusted Types policy, for a worker that starts another one: scripts come only from this origin, as in the page.

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): unknown
}

/** Once, before anything is started. The browser asks the policy named `default` wherever a plain string meets a script sink. */
export function allowOwnScripts(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory }
  trustedTypes?.createPolicy('default', {
    createScriptURL: (url) => {
      if (new URL(url, location.href).origin === location.origin) return url
      throw new TypeError(`Scripts come only from ${location.origin}, found ${url}`)
    },
  })
}
