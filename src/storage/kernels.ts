// Which kernels were found fastest on this machine's GPUs, so that they are measured once; and whether they shall be measured at all.
import type { RecordStore } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface Kernels {
  /** Choices for an adapter; none where another version of this software made them, which may have other kernels. */
  recall(adapter: string, version: string): Promise<ReadonlyMap<string, number>>
  /** Adds to what is known of an adapter. */
  keep(adapter: string, version: string, choices: ReadonlyMap<string, number>): Promise<void>
  isMeasured(): Promise<boolean>
  /** Not to measure forgets what was measured. */
  measure(on: boolean): Promise<void>
}

const what = 'The choice of kernels'
/** No adapter is called so. */
const NEVER = 'never'

export const kernels = (records: RecordStore): Kernels => ({
  recall: (adapter, version) =>
    storing({ what }, async () => {
      const found = await records.get('kernels', `of ${adapter}`)
      return new Map(found?.version === version ? Object.entries(found.choices) : [])
    }),
  keep: (adapter, version, choices) =>
    storing({ what }, () => records.write([{ table: 'kernels', key: `of ${adapter}`, put: { version, choices: Object.fromEntries(choices) } }])),
  isMeasured: () => storing({ what }, async () => (await records.get('kernels', NEVER)) === undefined),
  measure: (on) =>
    storing({ what }, () =>
      records.write(on ? [{ table: 'kernels', key: NEVER, remove: true }] : [{ table: 'kernels', prefix: 'of ', remove: true }, { table: 'kernels', key: NEVER, put: { version: '', choices: {} } }]),
    ),
})
