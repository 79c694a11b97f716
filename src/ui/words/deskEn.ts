// What is said of the page as it was left, and of projects on their way in.

export const deskEn = {
  opening: 'Opening the project',
  openingText: (done: string, total: string) => `${done} of ${total} kept and proven`,
  cancelOpening: 'Cancel opening',
  cancelAbout: 'Nothing of it stays then.',
  keepModel: (bytes: string) => `Keep a copy in this browser (${bytes})`,
  notKept: 'It is read from where it lies: after a reload it has to be dropped again.',
  keeping: 'Keeping the model',
  keepingTwice: 'It is read twice, for its hash and for the copy.',
  cancelKeeping: 'Cancel keeping',
  isKept: 'A copy is kept in this browser: after a reload it is open again. “Stored models” can delete it.',
  needsFolder: (folder: string) => `To go on after that, the model folder “${folder}” must be dropped again; or keep a copy of it, under Model.`,
  about: 'Settings, chosen data, prompt, adapters that answer and runs side by side come back after a reload.',
  fresh: 'Start afresh',
  freshAbout: 'Start afresh? Settings, chosen data and prompt go back to what the page begins with. Runs, adapters and models stay.',
}
