// Where a base lies that is one GGUF file, as transformers asks for it: the repository or folder, and the file in it.

/** Undefined where the base is no GGUF file; of a file without a repository nobody but its owner knows the folder. */
export function ggufBase(id: string): readonly [place: string, file: string] | undefined {
  if (!/\.gguf$/i.test(id)) return undefined
  const [, repo, file] = /^((?![-.])[\w.-]+\/[\w.-]+)\/(.+)$/.exec(id) ?? []
  return repo === undefined || file === undefined ? ['path/to/the/folder/of/the/file', id.split(/[\\/]/).at(-1)!] : [repo, file]
}
