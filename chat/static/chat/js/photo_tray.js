import { scaled } from "#ui/downscale.js"
import { clone, part } from "#ui/part.js"

/** The photos that are about to be sent: made smaller as they come, looked at, and taken out again. */
export class PhotoTray {
  static PHOTOS_MAX = 30
  static LONGEST = 2048

  #element
  #data
  #newId
  #changed
  #say
  /** @type {Map<string, {item: Element, address: string | null, photo: object | null}>} */
  #held = new Map()
  #last = Promise.resolve()

  constructor({ element, data, newId, changed, say }) {
    this.#element = element
    this.#data = data
    this.#newId = newId
    this.#changed = changed
    this.#say = say
    element.addEventListener("click", (event) => this.#clicked(event))
  }

  get count() {
    return this.#held.size
  }

  /** Take files in, in their order; what is no photo is said at once, and left out. */
  add(files) {
    const room = PhotoTray.PHOTOS_MAX - this.count
    this.#say(files.length > room ? this.#data.word("photos_too_many", { max: PhotoTray.PHOTOS_MAX }) : null)
    for (const file of files.slice(0, room)) this.#begin(file)
    this.#show()
  }

  /** Empty the tray. Answers what was in it, once all of that is small enough to travel. */
  async take() {
    const taken = [...this.#held.values()]
    this.#held.clear()
    for (const held of taken) this.#let(held)
    this.#show()
    await this.#last
    return taken.map(({ photo }) => photo).filter(Boolean)
  }

  #begin(file) {
    const id = this.#newId()
    const item = clone("tray-photo-template")
    item.dataset.photo = id
    const held = { item, address: null, photo: null }
    this.#held.set(id, held)
    part(this.#element, "tray-photos").append(item)
    // One after the other: several large photos at once are more than a small telephone holds.
    this.#last = this.#last.then(() => held.isOut || this.#scale(id, held, file))
  }

  async #scale(id, held, file) {
    try {
      held.photo = { id, name: file.name, ...(await scaled(file, PhotoTray.LONGEST)) }
    } catch (failure) {
      console.warn("not a photo:", failure)
      this.#drop(id, held)
      return this.#say(this.#data.word("not_a_photo", { name: file.name }))
    }
    if (!held.item.isConnected) return
    held.address = URL.createObjectURL(held.photo.blob)
    const preview = part(held.item, "preview")
    preview.src = held.address
    preview.hidden = false
  }

  #clicked(event) {
    const item = event.target.closest("[data-part=remove]")?.closest("[data-photo]")
    if (!item) return
    const next = item.nextElementSibling ?? item.previousElementSibling
    const id = item.dataset.photo
    const held = this.#held.get(id)
    held.isOut = true
    this.#drop(id, held)
    this.#say(null)
    next?.querySelector("button").focus()
  }

  #drop(id, held) {
    this.#let(held)
    if (this.#held.delete(id)) this.#show()
  }

  #let({ item, address }) {
    item.remove()
    if (address) URL.revokeObjectURL(address)
  }

  #show() {
    this.#element.hidden = this.count === 0
    this.#changed()
  }
}
