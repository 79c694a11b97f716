// Runs across tabs: the tab that owns a run says what happens, the others watch, and one of them may ask for it. The lock of the run
// stays the only truth about who owns it; messages only tell.
import type { RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'
import type { TabNews } from '../protocol/keep.ts'
import type { Locks } from '../storage/locks.ts'

/** Between tabs: news, and what is asked of an owner. */
export type TabMessage = Exclude<TabNews, { kind: 'yielded' }> | { readonly kind: 'who' } | { readonly kind: 'again'; readonly runId: string } | { readonly kind: 'yield'; readonly runId: string }

/** Carries messages to every other tab. */
export interface TabChannel {
  send(message: TabMessage): void
  /** Called with each of theirs. */
  hear: (message: TabMessage) => void
}

interface Own {
  readonly runId: string
  readonly name: string
  readonly steps: number
  step: number
  readonly recent: RunEvent[]
  waiting: RunEvent[]
  readonly stop: () => void
}

/** Events an owner can tell again: more than are said between two writes of its log. */
const RECENT = 400
const TELL_MS = 250
const LOOK_MS = 3000

export class Tabs {
  private own: Own | undefined
  private readonly others = new Map<string, number>()
  private readonly pages: ((news: TabNews) => void)[] = []
  private telling: ReturnType<typeof setTimeout> | undefined
  private looking: ReturnType<typeof setInterval> | undefined

  constructor(
    private readonly channel: TabChannel,
    private readonly locks: Pick<Locks, 'isHeld'>,
    private readonly lookMs = LOOK_MS,
  ) {
    channel.hear = (message) => this.hear(message)
  }

  /** This tab trains: answers what to tell events to, and what ends it. */
  begin(run: Pick<Own, 'runId' | 'name' | 'steps' | 'stop'>): { tell(event: RunEvent): void; end(): void } {
    const own: Own = { ...run, step: 0, recent: [], waiting: [] }
    this.own = own
    this.sayLive(own)
    return {
      tell: (event) => {
        if (event.type === 'step') own.step = event.step
        own.waiting.push(event)
        own.recent.push(event)
        if (own.recent.length > RECENT) own.recent.shift()
        this.telling ??= setTimeout(() => this.flush(own), TELL_MS)
      },
      end: () => {
        this.flush(own)
        if (this.own === own) this.own = undefined
        this.channel.send({ kind: 'ended', runId: own.runId })
      },
    }
  }

  listen(onNews: (news: TabNews) => void): void {
    this.pages.push(onNews)
    this.channel.send({ kind: 'who' })
  }

  askAgain(runId: string): void {
    this.channel.send({ kind: 'again', runId })
  }

  async takeOver(runId: string, patienceMs = 60_000): Promise<void> {
    this.channel.send({ kind: 'yield', runId })
    const began = performance.now()
    while (await this.locks.isHeld(runId)) {
      if (performance.now() - began > patienceMs) throw new Fault('storage', 'The other tab does not let go of this run.', 'Close that tab, then continue the run here.')
      await new Promise((done) => setTimeout(done, 100))
    }
  }

  private hear(message: TabMessage): void {
    const { own } = this
    switch (message.kind) {
      case 'who':
        return own && this.sayLive(own)
      case 'again':
        if (own?.runId === message.runId) this.channel.send({ kind: 'events', runId: own.runId, events: own.recent })
        return
      case 'yield':
        if (own?.runId !== message.runId) return
        own.stop()
        return this.news({ kind: 'yielded', runId: own.runId })
      case 'live':
        this.others.set(message.runId, 0)
        this.looking ??= setInterval(() => void this.look(), this.lookMs)
        return this.news(message)
      case 'events':
        return this.news(message)
      case 'ended':
        return this.forget(message.runId)
      default:
        return message satisfies never
    }
  }

  /** A tab that dies says nothing; its lock is free then. Twice in a row, since a lost GPU frees it for a moment too. */
  private async look(): Promise<void> {
    for (const [runId, missed] of this.others) {
      const isHeld = await this.locks.isHeld(runId)
      if (!this.others.has(runId)) continue
      this.others.set(runId, isHeld ? 0 : missed + 1)
      if (!isHeld && missed >= 1) this.forget(runId)
    }
  }

  private forget(runId: string): void {
    this.others.delete(runId)
    if (this.others.size === 0) {
      clearInterval(this.looking)
      this.looking = undefined
    }
    this.news({ kind: 'ended', runId })
  }

  private flush(own: Own): void {
    clearTimeout(this.telling)
    this.telling = undefined
    if (own.waiting.length > 0) this.channel.send({ kind: 'events', runId: own.runId, events: own.waiting })
    own.waiting = []
  }

  private sayLive({ runId, name, step, steps }: Own): void {
    this.channel.send({ kind: 'live', runId, name, step, steps })
  }

  private news(news: TabNews): void {
    for (const told of this.pages) told(news)
  }
}

/** Between the tabs of this site. */
export function siteChannel(): TabChannel {
  const channel = new BroadcastChannel('tunesmith/runs')
  const tabs: TabChannel = { send: channel.postMessage.bind(channel), hear: () => undefined }
  channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => tabs.hear(data))
  return tabs
}
