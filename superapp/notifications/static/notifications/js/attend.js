import { showAvatar } from "#ui/avatar.js"
import { clone, part } from "#ui/part.js"
import { NoticeWatch } from "#notifications/notice_watch.js"

const SHOWN_MS = 6_000
const SOUND_LASTS_MS = 1_500
const VIBRATION_MS = [60, 60, 60]

/**
 * Tell the person of messages that come while this page shows something else: a banner that leads to them, a sound, a vibration; and tell
 * the server whether the page is looked at.
 *
 * @param {{isOpen?: (subject: string) => boolean, isSpoken?: boolean}} page what it shows of a subject, and whether it says by itself to
 *   screen readers what comes
 */
export function attendNotices({ line, clock, person, isOpen = () => false, isSpoken = false }) {
  const banner = new Banner({ clock, isSpoken })
  new NoticeWatch({
    line,
    clock,
    me: person,
    isOpen: (subject) => isLookedAt() && isOpen(subject),
    take(notice) {
      if (notice.banner && isLookedAt()) banner.show(notice)
      if (notice.sound || notice.vibration) ring(notice)
    },
  })
  const tellHere = () => line.state === "ready" && line.tell("notifications.here", { active: isLookedAt() })
  line.onReady.listen(tellHere)
  document.addEventListener("visibilitychange", tellHere)
  if (line.state === "ready") tellHere()
}

function isLookedAt() {
  return document.visibilityState === "visible"
}

/** Sound and vibration, in one of this device's pages: the others see the lock taken. */
async function ring({ subject, sound, vibration }) {
  // A browser lets a page that nobody has touched yet make no sound, and complains of it.
  if (!navigator.userActivation?.hasBeenActive) return
  await navigator.locks.request(`ring ${subject}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return
    if (vibration && isLookedAt()) navigator.vibrate?.(VIBRATION_MS)
    if (sound) await play(document.getElementById("notice-template").dataset.sound)
    await new Promise((resolve) => setTimeout(resolve, SOUND_LASTS_MS))
  })
}

async function play(address) {
  document.documentElement.dataset.rang = address
  try {
    await new Audio(address).play()
  } catch (failure) {
    // No loudspeaker, or a browser that allows no sound here: the banner is still there.
    if (!(failure instanceof DOMException)) throw failure
  }
}

/** The one banner of a page: it leads to what it tells of, and goes by itself unless somebody is about to tap it. */
class Banner {
  #clock
  #isSpoken
  #element = null
  #stop = () => {}

  constructor({ clock, isSpoken }) {
    this.#clock = clock
    this.#isSpoken = isSpoken
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#hide())
  }

  show({ title, text, url, face }) {
    this.#hide()
    const element = clone("notice-template")
    part(element, "title").textContent = title
    part(element, "text").textContent = text
    part(element, "link").href = url
    showAvatar(element, face, title)
    part(element, "close").addEventListener("click", () => this.#hide())
    // Within a page of chat the link is followed without loading another page.
    part(element, "link").addEventListener("click", () => this.#hide())
    for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, () => this.#stop())
    for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, () => this.#goLater())
    document.getElementById("banners").append(element)
    this.#element = element
    if (!this.#isSpoken) document.getElementById("announcer").textContent = `${title}: ${text}`
    this.#goLater()
  }

  #goLater() {
    this.#stop()
    this.#stop = this.#clock.after(SHOWN_MS, () => this.#hide())
  }

  #hide() {
    this.#stop()
    this.#element?.remove()
    this.#element = null
  }
}
