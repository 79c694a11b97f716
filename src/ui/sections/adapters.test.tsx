// Stored adapters as the markup they make: on a base in blocks of few bits, merging is not offered, and what to take away is.
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import type { AdapterInfo } from '../../protocol/adapters.ts'
import { createApp } from '../../store/appStore.ts'
import { defaultRecipe } from '../../protocol/recipe.ts'
import { AppProvider } from '../AppContext.ts'
import { testBase } from '../testFixtures.ts'
import { testStudio } from '../testStudio.ts'
import { AdaptersSection } from './AdaptersSection.tsx'

// Writing into a folder is asked of the window.
vi.stubGlobal('window', {})

const adapter: AdapterInfo = { id: 'a', name: 'mine', kind: 'loaded', methods: ['LoRA'], rank: 8, base: { id: 'x' }, trainableParameters: 1, bytes: 1, createdAt: 0, mixable: true, isLora: true, gpuBytes: 0, merged: false }

function shown(blocks: 'Q4_K' | 'Q8_0' | undefined, quantization: 'none' | 'int8' = 'none'): string {
  const { store, actions } = createApp(testStudio())
  const plain = defaultRecipe()
  store.setState((s) => ({
    base: { ...s.base, value: { ...testBase, ...(blocks && { blocks }) } },
    adapters: { ...s.adapters, value: [adapter] },
    device: { ...s.device, value: { vendor: '', architecture: '', description: '', software: true, maxBufferBytes: 1 } },
    chosenUses: [{ id: 'a', weight: 1 }],
    recipe: { ...plain, base: { ...plain.base, quantization } },
  }))
  return renderToStaticMarkup(<AppProvider value={{ store: { ...store, getInitialState: store.getState }, actions }}><AdaptersSection /></AppProvider>)
}
const mergeButton = (html: string): string => /<button[^>]*>Merge into the model/.exec(html)![0]

it('offers a GGUF file with the changed layers in 8 bits where blocks take no merge', () => {
  const html = shown('Q4_K')
  expect(mergeButton(html)).toContain('disabled')
  expect(html).toContain('Merging would round Q4_K blocks a second time')
  expect(html).toContain('<option value="gguf-base" selected="">')
})

it.each([[undefined, 'none'], ['Q8_0', 'none'], ['Q4_K', 'int8']] as const)('merges on the GPU with blocks %s kept as %s', (blocks, quantization) => {
  const html = shown(blocks, quantization)
  expect(mergeButton(html)).not.toContain('disabled')
  expect(html).not.toContain('a second time')
  expect(html.includes('gguf-base')).toBe(blocks !== undefined)
})
