// What the page asks about this machine: whether its kernels are right, and how much memory its GPU gives.
import type { Failure } from './failure.ts'
import type { Recipe } from './recipe.ts'
import type { Result } from './result.ts'

/** Largest difference from the oracle, relative to the oracle's largest value, over so many tensors. */
export interface Compared {
  readonly tensors: number
  readonly worst: number
}

/** What came of one op's kernels on this GPU. */
export interface KernelVerdict {
  readonly op: string
  readonly passed: boolean
  readonly cases: number
  /** Kernels tried in each case, at most: what the tuner may choose among on this adapter. */
  readonly variants: number
  readonly forward: Compared
  /** Absent where the op stops gradients. */
  readonly gradient?: Compared
  /** What was wrong, a sentence each. */
  readonly problems: readonly string[]
}

export interface SelfTestReport {
  readonly passed: boolean
  readonly cancelled: boolean
  readonly ms: number
  readonly adapter: string
  readonly verdicts: readonly KernelVerdict[]
}

export interface SelfTestProgress {
  readonly done: number
  readonly total: number
  readonly verdict: KernelVerdict
}

/** What a trial allocation of a plan came to. */
export interface RoomReport {
  /** Bytes that the plan needs beyond what is on the GPU already. */
  readonly wantedBytes: number
  /** Bytes of these that the GPU gave at once, and wrote. */
  readonly grantedBytes: number
  /** Weights that were there before. */
  readonly presentBytes: number
  /** Why it will not fit, with what would take less. */
  readonly failure?: Failure
}

/** One request of the page or of its workers. */
export interface RequestNote {
  readonly by: 'page' | 'studio' | 'hub' | 'onnx'
  readonly method: string
  /** Without query, which may hold a signature. */
  readonly address: string
  /** Bytes of its body. */
  readonly sentBytes: number
  readonly receivedBytes?: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** How kernels are chosen on this adapter. */
export interface KernelNote {
  /** Whether a first run measures which are fastest. */
  readonly measures: boolean
  /** Shapes of products whose fastest kernel is known. */
  readonly known: number
  /** Software adapters are never measured. */
  readonly software: boolean
}

export interface MachineShelf {
  kernels(): Promise<Result<KernelNote>>
  /** Not to measure forgets what was measured. */
  measureKernels(on: boolean): Promise<Result<KernelNote>>
  /** Tells of every request of the workers: those that were, and those that come. */
  watchRequests(onRequest: (note: RequestNote) => void): Promise<void>
  /** Runs small cases of every op on the GPU and compares them, and their gradients, with the CPU oracle. */
  selfTest(onProgress: (progress: SelfTestProgress) => void): Promise<Result<SelfTestReport>>
  stopSelfTest(): Promise<void>
  /** Allocates what a run of the recipe would, writes it, and frees it again. */
  tryRoom(recipe: Recipe): Promise<Result<RoomReport>>
}
