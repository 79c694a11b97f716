// What the page asks about taking away, answered: a parcel listed, zipped, written into a folder, or sent to the Hub. One leaves at
// a time. Composition only.
import { totalSize } from '../files/byteSource.ts'
import { blobStream, zipStream, type StreamedFile } from '../files/zip.ts'
import { Fault } from '../protocol/failure.ts'
import { resultOf, type NamedFile, type Result } from '../protocol/result.ts'
import type { Exported } from '../protocol/adapters.ts'
import type { Parcel, SendProgress, TakeAway } from '../protocol/takeAway.ts'
import type { HubFetcher } from './hubClient.ts'
import type { Packed } from './parcels.ts'
import type { Site } from './site.ts'
import { writeFolder } from './writeFolder.ts'

export interface TakeAwayNeeds {
  readonly site: Pick<Site, 'hub'>
  readonly fetcher: HubFetcher
  pack(parcel: Parcel): Promise<Packed>
}

/** As it is downloaded. */
export async function zipPacked({ name, files, alone, remarks }: Packed): Promise<Exported> {
  const said = remarks && { remarks }
  if (alone !== undefined) return { name: alone, zip: await blobStream(files.get(alone)!), ...said }
  return { name: `${name}.zip`, zip: await zipStream(files), ...said }
}

export function takeAwayShelf({ site, fetcher, pack }: TakeAwayNeeds): TakeAway {
  let stop: AbortController | undefined
  /** With a signal that `cancelParcel` gives. */
  const leaving = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<Result<T>> =>
    resultOf(async () => {
      if (stop) throw new Fault('bad-recipe', 'Something else is being taken away.', 'Wait for it, or cancel it.')
      const { signal } = (stop = new AbortController())
      try {
        return await work(signal)
      } finally {
        stop = undefined
      }
    })
  return {
    listParcel: (parcel) =>
      resultOf(async () => {
        const { name, files } = await pack(parcel)
        return { name, files: [...files].map(([path, { size }]) => ({ path, bytes: size })) }
      }),
    zipParcel: (parcel) => resultOf(async () => zipPacked(await pack(parcel))),
    writeParcel: (parcel, into, onProgress) =>
      leaving(async (signal) => {
        const { name, files } = await pack(parcel)
        return writeFolder(into, name, files, signal, onProgress)
      }),
    pushParcel: (parcel, request, onProgress) =>
      leaving(async (signal) => {
        const place = await site.hub()
        if (!place) throw new Fault('network', 'This studio was built to speak to no Hub.', 'Download the files, and upload them yourself.')
        const { files } = await pack(parcel)
        const packed = await blobsOf(files, signal, onProgress)
        signal.addEventListener('abort', () => void fetcher.cancel())
        return fetcher.push(request, place.endpoint, packed, onProgress)
      }),
    cancelParcel: async () => stop?.abort(),
  }
}

/** Every file as a blob, which the browser keeps on its disk: what is sent is hashed first, and must be the same both times. */
async function blobsOf(files: ReadonlyMap<string, StreamedFile>, signal: AbortSignal, onProgress: (progress: SendProgress) => void): Promise<NamedFile[]> {
  const total = totalSize(files.values())
  const found: NamedFile[] = []
  let done = 0
  for (const [path, { stream }] of files) {
    const pieces: Blob[] = []
    for await (const piece of stream()) {
      if (signal.aborted) throw new Fault('cancelled', 'Nothing was sent: it was cancelled before.', 'Start it again.')
      pieces.push(new Blob([piece as Uint8Array<ArrayBuffer>]))
      done += piece.length
      onProgress({ doing: 'packing', file: path, done, total })
    }
    found.push({ path, file: new File(pieces, path.split('/').at(-1)!) })
  }
  return found
}
