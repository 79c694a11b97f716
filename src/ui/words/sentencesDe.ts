// Was andere Räume des Studios auf Englisch sagen, auf Deutsch.
import { adapterFaultsDe } from './adapterFaultsDe.ts'
import { dataFaultsDe } from './dataFaultsDe.ts'
import { declaredDe } from './declaredDe.ts'
import { findingsDe } from './findingsDe.ts'
import { keptFaultsDe } from './keptFaultsDe.ts'
import { moreDeclaredDe } from './moreDeclaredDe.ts'
import { runFaultsDe } from './runFaultsDe.ts'
import type { Sentences } from './sentences.ts'

export const sentencesDe: Sentences = { ...declaredDe, ...moreDeclaredDe, ...findingsDe, ...dataFaultsDe, ...runFaultsDe, ...keptFaultsDe, ...adapterFaultsDe }
