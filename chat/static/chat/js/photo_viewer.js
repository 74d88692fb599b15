import { Zoom } from "#chat/photo_zoom.js"
import { addressOf } from "#chat/photos.js"
import { clone, fill, mark, part } from "#ui/part.js"

/**
 * Photos over the whole screen, one beside the other: swiped, or gone through by keys, and made larger by two fingers, a double tap or
 * the wheel. The dialog keeps the focus while it is open, and gives it back to where it came from.
 */
export class PhotoViewer {
  #dialog
  #data
  #photos = []
  #zooms = []
  #place = 0
  #opener = null

  constructor({ document, data }) {
    this.#dialog = document.getElementById("photo-viewer")
    this.#data = data
    this.#dialog.addEventListener("click", (event) => this.#clicked(event))
    this.#dialog.addEventListener("keydown", (event) => this.#key(event))
    this.#dialog.addEventListener("close", () => this.#closed())
    this.#track.addEventListener("scroll", () => this.#scrolled(), { passive: true })
    addEventListener("resize", () => this.#dialog.open && this.#goTo(this.#place, "instant"))
  }

  /**
   * @param {{id: string, width: number, height: number, who: string, at: string, caption: string}[]} photos
   * @param {number} place which of them is looked at first
   */
  show(photos, place, opener) {
    this.#photos = photos
    this.#opener = opener
    this.#zooms = []
    this.#track.replaceChildren(...photos.map((photo, each) => this.#slide(photo, each)))
    this.#dialog.showModal()
    this.#goTo(place, "instant")
    this.#look(place)
  }

  get #track() {
    return part(this.#dialog, "track")
  }

  #slide(photo, place) {
    const slide = clone("photo-slide-template")
    const image = part(slide, "image")
    Object.assign(image, { width: photo.width, height: photo.height })
    image.alt = this.#data.word("photo_by", { name: photo.who, time: photo.at })
    this.#zooms[place] = new Zoom({ area: slide, image, changed: (isZoomed) => mark(this.#track, "data-zoomed", isZoomed) })
    return slide
  }

  /** The photo that is looked at, and its neighbours, are fetched; the others when they come near. */
  #look(place) {
    this.#zooms[this.#place]?.reset()
    this.#place = place
    for (const near of [place, place + 1, place - 1]) this.#fetch(near)
    const { id, who, at, caption } = this.#photos[place]
    fill(this.#dialog, "who", who)
    fill(this.#dialog, "at", at)
    fill(this.#dialog, "caption", caption)
    const where = this.#data.word("photo_place", { place: place + 1, count: this.#photos.length })
    fill(this.#dialog, "place", this.#photos.length > 1 ? where : null)
    part(this.#dialog, "said").textContent = `${where}. ${this.#data.word("photo_by", { name: who, time: at })}. ${caption}`
    part(this.#dialog, "download").href = addressOf(id, "original")
    part(this.#dialog, "before").hidden = place === 0
    part(this.#dialog, "after").hidden = place === this.#photos.length - 1
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
