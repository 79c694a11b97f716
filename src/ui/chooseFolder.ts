// The browser's own dialog for a folder to write into. It asks the person; a page cannot name one.

interface Picker {
  showDirectoryPicker?(options: { readonly id: string; readonly mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>
}

/** Undefined where the person changed their mind. */
export async function chooseFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (window as Picker).showDirectoryPicker?.({ id: 'take-away', mode: 'readwrite' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}
