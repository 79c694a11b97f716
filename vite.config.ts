// How the studio is built, served in development and tested. Output is a static folder for any web server: relative
// paths, nothing inlined, so that the strict content policy of scripts/headers.mjs holds on it.
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { builtinModelsPlugin } from './scripts/builtinModels.mjs'
import { defines } from './scripts/defines.mjs'
import { devHeaders, headers, metaPolicy } from './scripts/headers.mjs'
import { hubPlugin } from './scripts/hub.mjs'
import { LongestFirst } from './scripts/longestFirst.mjs'
import { offlinePlugin } from './scripts/offline.mjs'

/** A static host may send no headers, so the built page carries its policy itself. */
const policyTag: Plugin = {
  name: 'policy-tag',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy() },
      injectTo: 'head-prepend',
    },
  ],
}

export default defineConfig({
  base: './',
  define: defines,
  plugins: [react(), policyTag, builtinModelsPlugin(), hubPlugin(), offlinePlugin()],
  build: {
    // The studio, and the page that `npm run tune` drives.
    rolldownOptions: { input: ['index.html', 'headless.html'] },
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  worker: { format: 'es' },
  // A bundle already; found and bundled again on first use, it would reload the page in development.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  server: { host: '127.0.0.1', headers: devHeaders },
  preview: { host: '127.0.0.1', headers },
  test: {
    passWithNoTests: true,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['src/**/*.test.{ts,tsx}'],
          exclude: ['src/**/*.gpu.test.ts'],
          maxWorkers: 2,
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        // Two processes with a device each: a software adapter compiles on one core, and compiling is most of the time.
        test: {
          name: 'gpu',
          include: ['src/**/*.gpu.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          isolate: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.spec.ts'],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 120_000 } },
          // A whole browser on a busy machine: what fails is tried once more, and the report shows that it was.
          retry: 1,
        },
      },
    ],
  },
})
