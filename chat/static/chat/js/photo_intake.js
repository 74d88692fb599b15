import { mark, part } from "#ui/part.js"

const WAYS = ["gallery", "camera"]

/** Where photos come into a composer: camera, gallery, clipboard, a drop. What becomes of them is loaded with the first one. */
export class PhotoIntake {
  #composer
  #data
  #newId
  #changed
  #say
  #tray = null
  #opening = null

  /** `changed` is told when there are more or fewer photos; `say` says what is wrong with them. */
  constructor({ composer, data, newId, changed, say }) {
    this.#composer = composer
    this.#data = data
    this.#newId = newId
    this.#changed = changed
    this.#say = say
  }

  /** @param {(target: EventTarget, name: string, work: (event: any) => void) => void} on listens for as long as the composer is there */
  listen(on) {
    const conversation = this.#composer.closest("[data-part=conversation]")
    for (const name of WAYS) {
      const input = part(this.#composer, name)
      on(input, "change", () => this.#chosen(input))
    }
    on(part(this.#composer, "body"), "paste", (event) => this.#pasted(event))
    for (const name of ["dragenter", "dragover"]) on(conversation, name, (event) => this.#dragged(event, conversation))
    on(conversation, "dragleave", ({ relatedTarget }) => conversation.contains(relatedTarget) || mark(conversation, "data-dropping", false))
    on(conversation, "drop", (event) => this.#dropped(event, conversation))
  }

  /** Have the person choose, by the `gallery` or the `camera`. */
  choose(way) {
    if (WAYS.includes(way)) part(this.#composer, way).click()
  }

  get count() {
    return this.#tray?.count ?? 0
  }

  /** Empty the tray. Answers what was in it, once all of that is small enough to travel. */
  async hand() {
    return this.count > 0 ? this.#tray.take() : []
  }

  async take(files) {
    if (files.length === 0) return
    try {
      this.#tray = await (this.#opening ??= this.#open())
    } catch {
      this.#opening = null
      return this.#say(this.#data.word("unavailable"))
    }
    this.#tray.add(files)
    this.#composer.focus()
  }

  async #open() {
    const { PhotoTray } = await import("#chat/photo_tray.js")
    const element = part(this.#composer, "tray")
    return new PhotoTray({ element, data: this.#data, newId: this.#newId, changed: this.#changed, say: this.#say })
  }

  #chosen(input) {
    const files = [...input.files]
    // The same one may be chosen again.
    input.value = ""
    this.take(files)
  }

  #pasted(event) {
    const files = [...event.clipboardData.files]
    if (files.length === 0) return
    event.preventDefault()
    this.take(files)
  }

  #dragged(event, conversation) {
    if (!event.dataTransfer.types.includes("Files")) return
    event.preventDefault()
    mark(conversation, "data-dropping", true)
  }

  #dropped(event, conversation) {
    mark(conversation, "data-dropping", false)
    const files = [...event.dataTransfer.files]
    if (files.length === 0) return
    event.preventDefault()
    this.take(files)
  }
}
