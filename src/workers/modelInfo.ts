// What the page shows of a model.
import type { BaseInfo } from '../protocol/studio.ts'
import type { OpenModel } from '../train/base.ts'

export function modelInfo({ id, title, revision, model }: { readonly id: string; readonly title: string; readonly revision?: string; readonly model: OpenModel }): BaseInfo {
  const { folder, family, config, outline } = model
  const { contextLength, vocabulary } = family.dimensions(config)
  const last = (path: string): string => path.replace(/^.*\./, '')
  const names = [...new Set(outline.linears.filter((p) => p !== outline.head).map(last))]
  return {
    id,
    title,
    ...(revision !== undefined && { revision }),
    modelType: family.id,
    parameters: folder.parameters,
    bytes: folder.bytes,
    contextLength,
    vocabulary,
    chat: folder.chatTemplate !== undefined,
    linearLayers: [...names, ...[outline.head, ...outline.embeddings].map(last)],
  }
}
