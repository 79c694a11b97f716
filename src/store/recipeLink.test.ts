// A link gives back the recipe it was made of, and anything else is one sentence: never a partial recipe, never a large one.
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { defaultRecipe } from '../protocol/recipe.ts'
import { isRecipeLink, readRecipeFragment, recipeFragment } from './recipeLink.ts'

const linkOf = (text: string): string => `#recipe=${deflateRawSync(text).toString('base64url')}`

it('gives back what went in, in a short link', async () => {
  const recipe = { ...defaultRecipe(), name: 'Piräten 🏴‍☠️', base: { source: 'hub' as const, id: 'org/model', revision: 'abc' } }
  const fragment = await recipeFragment(recipe)
  expect(fragment.length).toBeLessThan(1500)
  expect(fragment).toMatch(/^#recipe=[\w-]+$/)
  expect(isRecipeLink(fragment)).toBe(true)
  expect(await readRecipeFragment(fragment)).toEqual(recipe)
})

it('refuses what is no recipe, too long or a bomb', async () => {
  const code = (hash: string) => readRecipeFragment(hash).then(() => 'read', (error: { code: string }) => error.code)
  expect(await code('#recipe=!!!')).toBe('bad-recipe')
  expect(await code(linkOf('{"version":1'))).toBe('bad-recipe')
  expect(await code(linkOf('{"evil":true}'))).toBe('bad-recipe')
  expect(await code(`#recipe=${'A'.repeat(70_000)}`)).toBe('bad-recipe')
  expect(await code(linkOf('"'.padEnd(5_000_000, 'x')))).toBe('bad-recipe')
  await fc.assert(fc.asyncProperty(fc.base64String({ maxLength: 300 }), async (text) => ['read', 'bad-recipe'].includes(await code(`#recipe=${text}`))), { numRuns: 100 })
})
