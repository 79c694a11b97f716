// What is said of the page as it was left, and of projects on their way in.

export const deskEn = {
  opening: 'Opening the project',
  openingText: (done: string, total: string) => `${done} of ${total} kept and proven`,
  cancelOpening: 'Cancel opening',
  cancelAbout: 'Nothing of it stays then.',
  about: 'Settings, chosen data, prompt, adapters that answer and runs side by side come back after a reload.',
  fresh: 'Start afresh',
  freshAbout: 'Start afresh? Settings, chosen data and prompt go back to what the page begins with. Runs, adapters and models stay.',
}
