// Whether the model that is open is the one that a recipe names: a recipe from elsewhere may name a folder that only a person can bring.
import type { BaseInfo } from './baseInfo.ts'
import type { Recipe } from './recipe.ts'

/** What the open model does not know of itself, such as the commit of a folder, is no difference. */
export const isNamedBase = ({ source, id, revision, sha256 }: Recipe['base'], open: BaseInfo): boolean =>
  id === open.id &&
  (source !== 'folder' || !/^(builtin|hub)\//.test(open.storedAs ?? '')) &&
  (source !== 'hub' || open.revision === undefined || revision === open.revision) &&
  (sha256 === undefined || open.sha256 === undefined || sha256 === open.sha256)
