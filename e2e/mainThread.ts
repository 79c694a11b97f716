// Measures the tasks of a page's main thread in CPU time, from the browser's own trace: what other processes on the
// machine take does not count.
import type { BrowserContext, Page } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** CPU microseconds of the event's own thread. */
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/** The CPU milliseconds of every main-thread task while `during` runs, longest first. */
export async function mainThreadTasks(context: BrowserContext, page: Page, during: () => Promise<void>): Promise<number[]> {
  const session = await context.newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] },
  })
  await during()
  const done = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()))
  await session.send('Tracing.end')
  await done
  await session.detach()
  const main = new Set(
    events.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid} ${e.tid}`),
  )
  return events
    .filter((e) => e.name === 'RunTask' && main.has(`${e.pid} ${e.tid}`))
    .map((e) => (e.tdur ?? 0) / 1000)
    .sort((a, b) => b - a)
}
