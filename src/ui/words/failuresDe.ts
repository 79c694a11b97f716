// Was ein Fehler ist und was hilft, nach seiner Art: gesagt, wo sein eigener Satz nur englisch da ist.
import type { FailureWords } from './language.ts'

export const failuresDe: FailureWords = {
  'no-webgpu': { what: 'Die GPU lässt sich hier nicht benutzen.', way: 'Öffnen Sie die Seite in einem aktuellen Chrome, Edge oder Chromium mit WebGPU.' },
  'device-lost': { what: 'Die GPU antwortet nicht mehr.', way: 'Setzen Sie den Lauf von seinem letzten Sicherungspunkt aus fort.' },
  'out-of-memory': { what: 'Der Speicher reicht nicht.', way: 'Nehmen Sie kleinere Stapel, kürzere Zeilen oder ein kleineres Modell, oder schließen Sie andere Tabs.' },
  'bad-file': { what: 'Diese Datei lässt sich nicht lesen.', way: 'Prüfen Sie, ob sie ganz ist und das Format hat, das ihr Name verspricht.' },
  'bad-model': { what: 'Dieses Modell lässt sich so nicht öffnen.', way: 'Nehmen Sie alle Dateien des Ordners, oder ein Modell einer unterstützten Familie.' },
  'bad-data': { what: 'Diese Daten lassen sich so nicht lesen.', way: 'Berichtigen Sie die genannte Stelle, und öffnen Sie die Datei noch einmal.' },
  'bad-recipe': { what: 'Mit diesen Einstellungen geht es nicht.', way: 'Ändern Sie die genannte Einstellung.' },
  'bad-adapter': { what: 'Mit diesem Adapter geht es so nicht.', way: 'Nehmen Sie einen Adapter, der zu diesem Modell passt, mit allen seinen Dateien.' },
  storage: { what: 'Der Speicher des Browsers hat es nicht angenommen.', way: 'Schaffen Sie unter „Dieser Rechner“ Platz, und versuchen Sie es noch einmal.' },
  network: { what: 'Das Netz hat nicht geliefert, was gebraucht wird.', way: 'Prüfen Sie die Verbindung, und versuchen Sie es noch einmal; was angekommen ist, bleibt.' },
  diverged: { what: 'Der Lauf ist auseinandergelaufen.', way: 'Gehen Sie vom letzten guten Sicherungspunkt aus mit einer niedrigeren Lernrate weiter.' },
  cancelled: { what: 'Es wurde abgebrochen.', way: 'Beginnen Sie noch einmal, wenn Sie möchten.' },
  internal: { what: 'Im Studio ist etwas schiefgegangen.', way: 'Laden Sie die Seite neu; was gesichert ist, bleibt. Kopieren Sie die Einzelheiten, wenn Sie es melden.' },
}
