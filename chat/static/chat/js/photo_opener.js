import { isPlainClick } from "#ui/plain_click.js"
import { photosOfLinks } from "#chat/photo_links.js"
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
    const link = event.target.closest("nusa-timeline [data-part=photo-link][href], [data-part=photo-grid] [data-photo]")
    if (!link || !isPlainClick(event)) return
    event.preventDefault()
    const { photos, place } = link.closest("[data-part=photo-grid]") ? photosOfLinks(link) : this.#photosOfTimeline(link)
    const viewer = await this.#open()
    if (viewer && place >= 0) viewer.show(photos, place, link)
    else location.assign(link.href)
  }

  #photosOfTimeline(link) {
    const photos = this.#photosBeside(link.closest("nusa-timeline"))
    return { photos, place: photos.findIndex(({ id }) => id === link.closest("[data-photo]").dataset.photo) }
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
