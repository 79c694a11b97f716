// Constants that every build of the code shares.
import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

export const defines = { __APP_VERSION__: JSON.stringify(version) }
