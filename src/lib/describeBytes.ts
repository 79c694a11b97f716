// Bytes as a sentence has them: “812 bytes”, “1.2 MB”, “34 GB”.

export function describeBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const unit = bytes < 1e6 ? 'kB' : bytes < 1e9 ? 'MB' : 'GB'
  const size = bytes / { kB: 1e3, MB: 1e6, GB: 1e9 }[unit]
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`
}
