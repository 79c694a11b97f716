// The worker in which everything but the page happens. Exposes; no logic.
import { expose } from 'comlink'
import { browserStorage } from '../storage/browserStorage.ts'
import { hubFetcher } from './hubClient.ts'
import { openOnnxWith } from './ortClient.ts'
import { allowOwnScripts } from './ownScripts.ts'
import { ownRequests } from './requestLog.ts'
import { siteChannel, Tabs } from './tabs.ts'
import { studioServer } from './studioServer.ts'

allowOwnScripts()
const requests = ownRequests('studio')
const storage = browserStorage()
const tabs = new Tabs(siteChannel(), storage)
expose(studioServer(new URL(self.name || self.location.href), storage, openOnnxWith(requests), hubFetcher(requests), requests, tabs))
