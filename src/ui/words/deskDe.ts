// Was über die Seite gesagt wird, wie man sie verlassen hat, und über Projekte auf dem Weg hierher.
import type { Words } from './en.ts'

export const deskDe: Words['desk'] = {
  opening: 'Projekt wird geöffnet',
  openingText: (done, total) => `${done} von ${total} gespeichert und geprüft`,
  cancelOpening: 'Öffnen abbrechen',
  cancelAbout: 'Dann bleibt nichts davon.',
  keepModel: (bytes) => `Eine Kopie in diesem Browser behalten (${bytes})`,
  notKept: 'Es wird von dort gelesen, wo es liegt: Nach dem Neuladen müssen Sie es wieder ablegen.',
  keeping: 'Das Modell wird kopiert',
  keepingTwice: 'Es wird zweimal gelesen, für seinen Hash und für die Kopie.',
  cancelKeeping: 'Kopieren abbrechen',
  isKept: 'Eine Kopie liegt in diesem Browser: Nach dem Neuladen ist es wieder offen. Unter „Gespeicherte Modelle“ lässt sie sich löschen.',
  needsFolder: (folder) => `Um danach weiterzumachen, muss der Modellordner „${folder}“ wieder abgelegt werden; oder behalten Sie unter Modell eine Kopie davon.`,
  about: 'Einstellungen, gewählte Daten, Prompt, antwortende Adapter und nebeneinander gestellte Läufe sind nach dem Neuladen wieder da.',
  fresh: 'Neu beginnen',
  freshAbout: 'Neu beginnen? Einstellungen, gewählte Daten und Prompt werden wieder, wie die Seite anfängt. Läufe, Adapter und Modelle bleiben.',
}
