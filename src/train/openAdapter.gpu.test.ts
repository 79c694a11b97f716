import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { compare } from '../cli/parity/compare.ts'
import { flatRows, goldenBatch } from '../cli/parity/goldenBatch.ts'
import { readCase, type GoldenCase, type Noise } from '../cli/parity/readCase.ts'
import { testGpu } from '../engine/testGpu.ts'
import { families } from '../families/registry.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { mount, openModel, subjectOf, type Base } from './base.ts'
import { computeLogits } from './computeLogits.ts'
import { openAdapter } from './openAdapter.ts'
import { Params } from './params.ts'

/** Folders of cases: those of this project, and all of a reference kit where one is named. */
const kit = process.env['TUNESMITH_REFERENCE']
const rooms = [join(goldenRoot, 'cases'), join(goldenRoot, 'adapters'), ...(kit === undefined ? [] : [join(kit, 'cases')])]
const cases = rooms.flatMap((room) =>
  readdirSync(room)
    .toSorted()
    .flatMap((name) => ['adapter', 'adapterhub', 'adapter_as_lora'].map((kind) => ({ name, kind, folder: join(room, name) })))
    .filter(({ folder, kind }) => existsSync(join(folder, kind))),
)

const bases = new Map<string, Base>()
afterAll(() => bases.forEach((base) => base.weights.dispose()))

async function baseOf({ json, model }: GoldenCase): Promise<Base> {
  const known = bases.get(json.model)
  if (known) return known
  const base = mount(openModel(model), await testGpu())
  bases.set(json.model, base)
  return base
}

// Adapters as PEFT and AdapterHub saved them, through the door that dropped files take, answer as those libraries do.
describe('a saved adapter loads and gives its library’s logits', () => {
  it('has cases of every kind', () => expect(cases.length).toBeGreaterThanOrEqual(30))

  it.for(cases)('$name, $kind', async ({ folder, kind }, context) => {
    const golden = await readCase(folder)
    const { json, model, tensors } = golden
    if (!families.has(model.modelType) || json.task !== 'CAUSAL_LM') {
      const why = `left out: ${model.modelType} for ${json.task} is not supported`
      console.log(why)
      return context.skip(why)
    }
    const base = await baseOf(golden)
    const { attachments, values } = await openAdapter(base, await openAdapterFolder(await readFolder(join(folder, kind))))
    const subject = subjectOf(base, attachments)
    await base.weights.load(subject.census.weights)
    const params = await Params.make(base.memory, subject.layout)
    params.write('values', values)
    const batch = goldenBatch(tensors, 'batch0')
    const found = await computeLogits(base, subject, params, batch, flatRows(tensors.get('logit_positions')!, batch.T))
    params.dispose()
    const expected = tensors.get('logits_final')!.data
    const noise = Object.values((json.f32_noise['final'] ?? {}) as Readonly<Record<string, Noise>>).map((n) => n[1])
    const relative = Math.max(0, ...noise)
    const { share, error } = compare(found, expected, [relative * Math.max(...expected.map(Math.abs)), relative])
    expect(share, `difference ${error.toExponential(1)}`).toBeLessThanOrEqual(1)
  })
})
