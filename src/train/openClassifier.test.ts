// An adapter of a model for classes brings its own head, in PEFT's folder too.
import { expect, it } from 'vitest'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { bytesSource } from '../files/byteSource.ts'
import { attachAll } from '../methods/registry.ts'
import { defaultRecipe, type MethodChoice } from '../protocol/recipe.ts'
import { openModel, subjectOf, type Base } from './base.ts'
import { exportRun, recipeFacts } from './exportRun.ts'
import { mergedAdapters } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'
import { openAdapter } from './openAdapter.ts'
import { takeWindow } from './params.ts'
import { testFolder } from './testFolder.ts'

it.for([
  { name: 'llama for sequences', head: ['score.weight'] },
  { name: 'bert', head: ['classifier.bias', 'classifier.weight'] },
  { name: 'roberta', head: ['classifier.bias', 'classifier.weight'] },
])('$name: opened with its head, and merged with it', async ({ name, head }) => {
  const model = openModel(testFolder(name))
  const methods: MethodChoice[] = [{ id: 'lora', options: { r: 2, target_modules: ['all-linear'] } }]
  const { layout, attachments } = subjectOf(model, attachAll(methods, model.outline))
  const values = Float32Array.from({ length: layout.length }, (_, i) => Math.sin(i) / 3)
  const facts = { ...recipeFacts({ ...defaultRecipe(), methods }, 'test'), dataName: 'test', steps: 1 }
  const written = await exportRun(model as Base, { facts, values, layout, attachments })
  // As PEFT leaves it: without our recipe.
  written.delete('recipe.json')
  const opened = await openAdapter(model, await openAdapterFolder(new Map([...written].map(([path, bytes]) => [path, bytesSource(bytes, path)]))))
  const own = head.map((tensor) => opened.layout.windows.get(`base_model.model.${tensor}`)!)
  expect(own.map((w) => takeWindow(opened.values, w))).toEqual(head.map((tensor) => takeWindow(values, layout.windows.get(`base_model.model.${tensor}`)!)))
  const merged = mergedModel(model, mergedAdapters([{ adapter: opened, weight: 1 }]))
  for (const [i, tensor] of head.entries()) expect(await merged.tensors.get(tensor)!.readF32()).toEqual(takeWindow(opened.values, own[i]))
})
