// The worker in which everything but the page happens. Exposes; no logic.
import { expose } from 'comlink'
import { browserStorage } from '../storage/browserStorage.ts'
import { hubFetcher } from './hubClient.ts'
import { openOnnx } from './ortClient.ts'
import { allowOwnScripts } from './ownScripts.ts'
import { studioServer } from './studioServer.ts'

allowOwnScripts()
expose(studioServer(new URL(self.name || self.location.href), browserStorage(), openOnnx, hubFetcher()))
