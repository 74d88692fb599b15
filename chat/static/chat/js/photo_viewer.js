import { Zoom } from "#chat/photo_zoom.js"
import { showBody } from "#chat/formatted_body.js"
import { plain } from "#chat/formatting.js"
import { addressOf } from "#chat/photos.js"
import { clone, fill, mark, part } from "#ui/part.js"

/**
 * Photos over the whole screen, one beside the other: swiped, or gone through by keys, and made larger by two fingers, a double tap or
 * the wheel. The dialog keeps the focus while it is open, and gives it back to where it came from.
 */
export class PhotoViewer {
  // This near to an end, more photos are asked for.
  static NEAR = 2
  // So long the row of photos stands still before some are put in front of what is looked at.
  static STILL_MS = 150
  // A swipe down of this many pixels closes the viewer.
  static DOWN_PX = 90

  #dialog
  #data
  #photos = []
  #zooms = []
  #place = 0
  #opener = null
  #more = {}
  #isComing = { before: false, after: false }
  // Counts the times that it was opened: what was asked for another time is of no use.
  #times = 0
  #moved_at = 0
  #touched = null

  constructor({ document, data }) {
    this.#dialog = document.getElementById("photo-viewer")
    this.#data = data
    this.#dialog.addEventListener("click", (event) => this.#clicked(event))
    this.#dialog.addEventListener("keydown", (event) => this.#key(event))
    this.#dialog.addEventListener("close", () => this.#closed())
    this.#track.addEventListener("scroll", () => this.#scrolled(), { passive: true })
    this.#track.addEventListener("pointerdown", (event) => this.#touch(event))
    this.#track.addEventListener("pointerup", (event) => this.#let(event))
    addEventListener("resize", () => this.#dialog.open && this.#goTo(this.#place, "instant"))
  }

  /**
   * @param {{id: string, width: number, height: number, who: string, at: string, caption: string}[]} photos
   * @param {number} place which of them is looked at first
   * @param {{before?: () => Promise<object[] | null>, after?: () => Promise<object[] | null>}} more gives the next photos at this end, in
   *   their order: none when there are no more, null if they could not be had now
   */
  show(photos, place, opener, more = {}) {
    this.#times += 1
    this.#photos = [...photos]
    this.#opener = opener
    this.#more = { ...more }
    this.#isComing = { before: false, after: false }
    const slides = photos.map((photo) => this.#slide(photo))
    this.#zooms = slides.map(({ zoom }) => zoom)
    this.#track.replaceChildren(...slides.map(({ slide }) => slide))
    this.#dialog.showModal()
    this.#goTo(place, "instant")
    this.#look(place)
  }

  get #track() {
    return part(this.#dialog, "track")
  }

  #slide(photo) {
    const slide = clone("photo-slide-template")
    const image = part(slide, "image")
    Object.assign(image, { width: photo.width, height: photo.height })
    image.alt = this.#data.word("photo_by", { name: photo.who, time: photo.at })
    return { slide, zoom: new Zoom({ area: slide, image, changed: (isZoomed) => mark(this.#track, "data-zoomed", isZoomed) }) }
  }

  /** The photo that is looked at, and its neighbours, are fetched; the others when they come near. */
  #look(place) {
    this.#zooms[this.#place]?.reset()
    this.#place = place
    for (const near of [place, place + 1, place - 1]) this.#fetch(near)
    const { id, who, at, caption } = this.#photos[place]
    fill(this.#dialog, "who", who)
    fill(this.#dialog, "at", at)
    showBody(part(this.#dialog, "caption"), caption)
    const where = this.#showPlace()
    part(this.#dialog, "said").textContent = `${where ? `${where}. ` : ""}${this.#data.word("photo_by", { name: who, time: at })}. ${plain(caption)}`
    part(this.#dialog, "download").href = addressOf(id, "original")
    if (place < PhotoViewer.NEAR) this.#extend("before")
    if (place >= this.#photos.length - PhotoViewer.NEAR) this.#extend("after")
  }

  /** Show where the photo stands among all; while there may be more, nobody knows. */
  #showPlace() {
    const place = this.#place
    const count = this.#photos.length
    const isWhole = !this.#more.before && !this.#more.after
    const where = isWhole ? this.#data.word("photo_place", { place: place + 1, count }) : null
    fill(this.#dialog, "place", count > 1 ? where : null)
    part(this.#dialog, "before").hidden = place === 0
    part(this.#dialog, "after").hidden = place === count - 1
    return where
  }

  /** Put the next photos at an end, once they are here. */
  async #extend(side) {
    const more = this.#more[side]
    if (!more || this.#isComing[side]) return
    const times = this.#times
    this.#isComing[side] = true
    const found = await more()
    if (found?.length) await this.#still()
    if (times !== this.#times || !this.#dialog.open) return
    // What could not be had is asked for again with the next photo that is looked at.
    this.#isComing[side] = false
    if (found === null) return
    if (found.length === 0) this.#more[side] = null
    else this.#put(side, found)
    this.#showPlace()
  }

  /** Resolves when nobody moves the row of photos any more. */
  async #still() {
    for (;;) {
      const rest = this.#moved_at + PhotoViewer.STILL_MS - performance.now()
      if (rest <= 0) return
      await new Promise((resolve) => setTimeout(resolve, rest))
    }
  }

  #put(side, found) {
    const slides = found.map((photo) => this.#slide(photo))
    const zooms = slides.map(({ zoom }) => zoom)
    const elements = slides.map(({ slide }) => slide)
    if (side === "after") {
      this.#photos.push(...found)
      this.#zooms.push(...zooms)
      this.#track.append(...elements)
    } else {
      const shown = this.#track.children[this.#place]
      const moved = this.#track.scrollLeft - shown.offsetLeft
      this.#photos.unshift(...found)
      this.#zooms.unshift(...zooms)
      this.#place += found.length
      this.#track.prepend(...elements)
      this.#track.scrollTo({ left: shown.offsetLeft + moved, behavior: "instant" })
    }
    this.#fetch(this.#place - 1)
    this.#fetch(this.#place + 1)
  }

  #fetch(place) {
    const image = this.#track.children[place] && part(this.#track.children[place], "image")
    if (!image || image.src) return
    const { id } = this.#photos[place]
    // The small one is here already, and stands until the large one is.
    image.src = addressOf(id, "small")
    const large = new Image()
    large.src = addressOf(id, "large")
    large.decode().then(
      () => (image.src = large.src),
      () => {},
    )
  }

  #goTo(place, behavior = "smooth") {
    const { children } = this.#track
    const bounded = Math.max(0, Math.min(children.length - 1, place))
    this.#track.scrollTo({ left: children[bounded].offsetLeft, behavior })
  }

  #scrolled() {
    this.#moved_at = performance.now()
    const { scrollLeft, clientWidth } = this.#track
    const place = Math.round(scrollLeft / clientWidth)
    if (place !== this.#place && this.#photos[place]) this.#look(place)
  }

  #clicked(event) {
    const name = event.target.closest("[data-part]")?.dataset.part
    if (name === "close") this.#dialog.close()
    else if (name === "before") this.#goTo(this.#place - 1)
    else if (name === "after") this.#goTo(this.#place + 1)
  }

  /** A swipe down with one finger closes the viewer, unless the photo is zoomed; two fingers zoom. */
  #touch({ pointerType, isPrimary, clientX, clientY }) {
    const isLarger = this.#track.hasAttribute("data-zoomed")
    this.#touched = pointerType === "touch" && isPrimary && !isLarger ? { x: clientX, y: clientY } : null
  }

  #let({ clientX, clientY }) {
    const down = clientY - this.#touched?.y
    if (down > PhotoViewer.DOWN_PX && Math.abs(clientX - this.#touched.x) < down / 2) this.#dialog.close()
    this.#touched = null
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step) this.#goTo(this.#place + step)
    else if (event.key === "Home") this.#goTo(0)
    else if (event.key === "End") this.#goTo(this.#photos.length - 1)
    else if (event.key === "+" || event.key === "-") this.#zooms[this.#place].by(event.key === "+" ? 1.5 : 1 / 1.5)
    else return
    event.preventDefault()
  }

  #closed() {
    this.#track.replaceChildren()
    this.#opener?.focus({ preventScroll: true })
    this.#opener = null
  }
}
