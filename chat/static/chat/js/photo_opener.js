import { isPlainClick } from "#ui/plain_click.js"
import { photosOfLinks } from "#chat/photo_links.js"
import { photosOf } from "#chat/photos.js"
import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/** Opens photos over the whole screen. How they are looked at there is loaded with the first one. */
export class PhotoOpener {
  #document
  #page
  #messenger
  #viewer = null

  constructor({ document, page, messenger }) {
    this.#document = document
    this.#page = page
    this.#messenger = messenger
    document.addEventListener("click", (event) => this.#clicked(event))
  }

  async #clicked(event) {
    const link = event.target.closest("nusa-timeline [data-part=photo-link][href], [data-part=photo-grid] [data-photo]")
    if (!link || !isPlainClick(event)) return
    event.preventDefault()
    const list = link.closest("nusa-timeline")
    const { photos, place } = list ? this.#photosOfTimeline(list, link) : photosOfLinks(link)
    const viewer = await this.#open()
    if (viewer && place >= 0) viewer.show(photos, place, link, list ? this.#beside(list) : {})
    else location.assign(link.href)
  }

  #photosOfTimeline({ rows, conversation }, link) {
    const photos = this.#photosIn(rows, conversation)
    return { photos, place: photos.findIndex(({ id }) => id === link.closest("[data-photo]").dataset.photo) }
  }

  /** What gives the photos before and after those of the rows that are here, page by page; undefined where there are none. */
  #beside({ conversation, rows, timeline }) {
    const [first, last] = [rows[0].seq, rows.at(-1).seq]
    return {
      before: first > 1 ? this.#paged(conversation, "before", first) : undefined,
      after: last < timeline.high ? this.#paged(conversation, "after", last) : undefined,
    }
  }

  #paged(conversation, side, from) {
    let seq = from
    return async () => {
      if (seq === null) return []
      try {
        // The nearest ones first.
        const page = await this.#messenger.line.ask("chat.photos", { conversation, [side]: seq })
        this.#messenger.inbox.takePeople(page.people)
        seq = page.more ? page.rows.at(-1).seq : null
        return this.#photosIn(side === "before" ? page.rows.toReversed() : page.rows, conversation)
      } catch (failure) {
        if (!(failure instanceof Refused || failure instanceof Unanswered)) throw failure
        return null
      }
    }
  }

  /** The photos of messages, in their order. */
  #photosIn(messages, conversation) {
    const { words, format, data, clock } = this.#page
    const days = { today: data.word("today"), yesterday: data.word("yesterday") }
    return messages.flatMap((row) => {
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
