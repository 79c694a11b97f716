// Every op found in this folder but attention, whose kernels take as long to compile as all others.
import { allOps } from './allOps.ts'
import { testOps } from '../engine/testOps.ts'

testOps([...allOps().values()].filter((op) => !op.name.startsWith('attention')))
