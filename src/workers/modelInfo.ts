// What the page shows of a model.
import type { BaseInfo } from '../protocol/studio.ts'
import { bytesToKeep } from '../storage/keepModel.ts'
import type { OpenModel } from '../train/base.ts'

export type Called = Pick<BaseInfo, 'id' | 'title' | 'revision' | 'storedAs' | 'sha256'>

export function modelInfo(called: Called, model: OpenModel): BaseInfo {
  const { folder, family, config, outline } = model
  const { contextLength, vocabulary } = family.dimensions(config)
  const last = (path: string): string => path.replace(/^.*\./, '')
  const names = [...new Set(outline.linears.filter((p) => p !== outline.head).map(last))]
  const sizes = new Map<NonNullable<BaseInfo['blocks']>, number>()
  for (const t of folder.tensors.values()) if (t.blocks) sizes.set(t.blocks.type, (sizes.get(t.blocks.type) ?? 0) + t.bytes)
  const blocks = [...sizes].toSorted((a, b) => b[1] - a[1])[0]?.[0]
  return {
    ...called,
    ...(called.storedAs === undefined && { bytesToKeep: bytesToKeep(folder) }),
    modelType: family.id,
    parameters: folder.parameters,
    bytes: folder.bytes,
    contextLength,
    vocabulary,
    chat: folder.chatTemplate !== undefined,
    ...(blocks && { blocks }),
    linearLayers: [...names, ...[outline.head, ...outline.embeddings].map(last)],
  }
}
