// Notifications of this computer, once a person has asked for them. The browser shows them by itself; no server hears of it.

const KEY = 'tunesmith.notices'

export const canNotify = (): boolean => 'Notification' in globalThis

/** Asked for, and allowed. */
export function areNoticesOn(): boolean {
  try {
    return canNotify() && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on'
  } catch {
    // Storage may be switched off.
    return false
  }
}

/** Turns them on or off; on, the browser may ask the person first. Answers whether they are on. */
export async function chooseNotices(isWanted: boolean): Promise<boolean> {
  const isOn = isWanted && (await Notification.requestPermission()) === 'granted'
  try {
    localStorage.setItem(KEY, isOn ? 'on' : 'off')
  } catch {
    // See above.
  }
  return areNoticesOn()
}

/** Replaces the one before. A click on it shows this tab. */
export function notify(title: string, body: string): void {
  const options: NotificationOptions = { body, tag: 'tunesmith.run' }
  try {
    const notice = new Notification(title, options)
    notice.addEventListener('click', () => {
      window.focus()
      notice.close()
    })
  } catch {
    // Phones show those of a service worker only.
    void navigator.serviceWorker?.getRegistration().then((worker) => worker?.showNotification(title, options))
  }
}
