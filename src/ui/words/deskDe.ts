// Was über die Seite gesagt wird, wie man sie verlassen hat, und über Projekte auf dem Weg hierher.
import type { Words } from './en.ts'

export const deskDe: Words['desk'] = {
  opening: 'Projekt wird geöffnet',
  openingText: (done, total) => `${done} von ${total} gespeichert und geprüft`,
  cancelOpening: 'Öffnen abbrechen',
  cancelAbout: 'Dann bleibt nichts davon.',
  about: 'Einstellungen, gewählte Daten, Prompt, antwortende Adapter und nebeneinander gestellte Läufe sind nach dem Neuladen wieder da.',
  fresh: 'Neu beginnen',
  freshAbout: 'Neu beginnen? Einstellungen, gewählte Daten und Prompt werden wieder, wie die Seite anfängt. Läufe, Adapter und Modelle bleiben.',
}
