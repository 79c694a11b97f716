import type { Gpu } from '../gpu/device.ts'
import type { Choose } from './record.ts'
export const chooseKernel = (gpu: Pick<Gpu, 'device' | 'adapter' | 'info'>): Choose => (options) => (gpu.info.software ? options.at(-1)! : options[0])
