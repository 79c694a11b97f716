// A recipe as the end of an address, and back. The link holds choices and no data; whoever opens it is shown what it is, and
// nothing happens until they take it. Untrusted: bounded in size before and after it is unpacked, and read through the one door.
import { Fault, messageOf } from '../protocol/failure.ts'
import { readRecipe, type Recipe } from '../protocol/recipe.ts'

const PREFIX = '#recipe='
const MAX_LINK = 64_000
const MAX_BYTES = 1_000_000

export const isRecipeLink = (hash: string): boolean => hash.startsWith(PREFIX)

/** The fragment, `#recipe=…`: JSON, deflated, in base64url. */
export async function recipeFragment(recipe: Recipe): Promise<string> {
  const packed = new Blob([JSON.stringify(recipe)]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer())
  const fragment = PREFIX + btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  if (fragment.length > MAX_LINK) throw new Fault('bad-recipe', 'This recipe is too long for a link.', 'Download it instead.')
  return fragment
}

/** Throws a `bad-recipe` Fault that says what is wrong with the link. */
export async function readRecipeFragment(hash: string): Promise<Recipe> {
  const broken = (detail: string): Fault => new Fault('bad-recipe', 'The recipe in this link cannot be read.', 'Copy the link again, whole.', detail)
  if (hash.length > MAX_LINK) throw broken(`It is ${hash.length} characters long, and ${MAX_LINK} is the most.`)
  let json: unknown
  try {
    const bytes = Uint8Array.from(atob(hash.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
    json = JSON.parse(await inflated(bytes)) as unknown
  } catch (error) {
    throw broken(messageOf(error))
  }
  return readRecipe(json)
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let total = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new Blob(parts).text()
    total += value.length
    if (total > MAX_BYTES) {
      await reader.cancel()
      throw new Error(`It unpacks to more than ${MAX_BYTES} bytes.`)
    }
    parts.push(value)
  }
}
