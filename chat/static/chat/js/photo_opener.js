import { isPlainClick } from "#ui/plain_click.js"
import { photosOf } from "#chat/photos.js"

/** Opens photos over the whole screen. How they are looked at there is loaded with the first one. */
export class PhotoOpener {
  #document
  #page
  #viewer = null

  constructor({ document, page }) {
    this.#document = document
    this.#page = page
    document.addEventListener("click", (event) => this.#clicked(event))
  }

  async #clicked(event) {
    const link = event.target.closest("nusa-timeline [data-part=photo-link][href]")
    if (!link || !isPlainClick(event)) return
    event.preventDefault()
    const photos = this.#photosBeside(link.closest("nusa-timeline"))
    const place = photos.findIndex(({ id }) => id === link.closest("[data-photo]").dataset.photo)
    const viewer = await this.#open()
    if (viewer && place >= 0) viewer.show(photos, place, link)
    else location.assign(link.href)
  }

  /** All photos of the conversation that are here, in their order. */
  #photosBeside({ conversation, rows }) {
    const { words, format, data, clock } = this.#page
    const days = { today: data.word("today"), yesterday: data.word("yesterday") }
    return rows.flatMap((row) => {
      const at = Date.parse(row.sent_at)
      const told = {
        who: words.name(row.from, conversation),
        at: `${format.dayWords(at, clock.serverNow(), days)}, ${format.hour(at)}`,
        caption: row.body,
      }
      return photosOf(row).map((photo) => ({ ...photo, ...told }))
    })
  }

  /** The viewer, or null where it cannot be had now. */
  async #open() {
    try {
      const { PhotoViewer } = await import("#chat/photo_viewer.js")
      this.#viewer ??= new PhotoViewer({ document: this.#document, data: this.#page.data })
      return this.#viewer
    } catch (failure) {
      console.warn("photos open as pages:", failure)
      return null
    }
  }
}
