// A page with nothing but the studio's worker, so that journeys can try what it answers without a face.
import '../../src/ui/trustedTypes.ts'
import type { NamedFile, Studio } from '../../src/protocol/studio.ts'
import { connectStudio } from '../../src/workers/client.ts'

declare global {
  interface Window {
    studio: Studio
    /** Files of the site as if a person had dropped them. */
    drop(folder: string, names: readonly string[]): Promise<NamedFile[]>
  }
}

window.studio = connectStudio()
window.drop = (folder, names) =>
  Promise.all(
    names.map(async (name) => {
      const response = await fetch(`${folder}/${name}`)
      return { path: `${folder}/${name}`, file: new File([await response.blob()], name) }
    }),
  )
