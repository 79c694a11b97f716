// The only worker whose policy lets it speak to another site (see scripts/headers.mjs). Exposes; no logic.
import { expose } from 'comlink'
import { browserStorage } from '../storage/browserStorage.ts'
import { hubServer } from './hubServer.ts'
import { watched } from './requestLog.ts'

const { watch, flush } = watched()
expose({ ...hubServer(browserStorage(), flush), watch })
