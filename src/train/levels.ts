// How deep in the model a tensor works: its layer, or below all of them, or above. Read from where a trace asks for it.
// A tensor that several layers share, like a prefix or a hypernetwork, belongs to none and counts as above.

/** Level of token and position embeddings and their norms; layers count from 0, and what is above them has the number of layers. */
export const EMBEDDINGS = -1

/**
 * @param uses name or key of a tensor → scopes in which it is asked for: checkpoint paths, `attention.3`
 * @param below those of the embeddings
 */
export function levelsOf(uses: ReadonlyMap<string, ReadonlySet<string>>, below: ReadonlySet<string>, layers: number): Map<string, number> {
  const levelOf = (name: string, scopes: ReadonlySet<string>): number => {
    if (below.has(name)) return EMBEDDINGS
    const found = new Set([...scopes].map(layerOf))
    const [layer] = found
    // What is made once for all layers is asked for in the first of them; its name does not say so.
    const named = [...scopes].some((scope) => `.${name}.`.includes(`.${layerPart(scope)}.`))
    return found.size === 1 && layer !== undefined && named ? layer : layers
  }
  return new Map([...uses].map(([name, scopes]) => [name, levelOf(name, scopes)]))
}

/** Number of the layer that a scope is in; undefined outside of them. */
export function layerOf(scope: string): number | undefined {
  const number = layerPart(scope)?.split('.')[1]
  return number === undefined ? undefined : Number(number)
}

/** The part of a path that names a layer: `layers.3`, `h.0`. It has the path's first number. */
const layerPart = (scope: string): string | undefined => /(?:^|\.)([^.]+\.\d+)(?=\.|$)/.exec(scope)?.[1]
