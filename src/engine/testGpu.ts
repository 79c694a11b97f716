// The one device of a test process. No adapter is a failure, never a skip.
import { dawnGpu } from '../gpu/dawn.ts'
import { openGpu, type Gpu } from '../gpu/device.ts'

let opened: Promise<Gpu> | undefined

export function testGpu(): Promise<Gpu> {
  return (opened ??= dawnGpu().then(openGpu))
}
