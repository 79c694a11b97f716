import { allOps } from './allOps.ts'
import { testOps } from '../engine/testOps.ts'

testOps([...allOps().values()].filter((op) => op.name.startsWith('attention')))
