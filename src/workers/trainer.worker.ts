// The worker in which everything but the page happens. Exposes; no logic.
import { expose } from 'comlink'
import { browserStorage } from '../storage/browserStorage.ts'
import { studioServer } from './studioServer.ts'

expose(studioServer(new URL(self.name || self.location.href), browserStorage()))
