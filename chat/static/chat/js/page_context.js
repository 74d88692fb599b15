import { Format } from "#lib/format.js"
import { KeptPhotos } from "#chat/kept_photos.js"
import { WordsOf } from "#chat/words_of.js"

const MINUTE_MS = 60_000

/** What every element of a page of chat leans on: its words, formats, addresses and limits. */
export class PageContext {
  constructor({ data, boot, inbox, clock, outbox, store }) {
    this.data = data
    this.boot = boot
    this.store = store
    this.me = boot.me
    this.clock = clock
    this.format = new Format({ locale: boot.locale, timeZone: boot.time_zone })
    this.keptPhotos = new KeptPhotos({ outbox })
    this.words = new WordsOf({ data, inbox, me: boot.me })
  }

  urlOf(conversation) {
    return this.boot.urls.conversation.replace("{id}", conversation)
  }

  detailsOf(conversation) {
    return this.boot.urls.details.replace("{id}", conversation)
  }

  /** The conversation that an address names, null for the list, undefined for any other page. */
  conversationAt(pathname) {
    if (pathname === this.boot.urls.list) return null
    const [before, after] = this.boot.urls.conversation.split("{id}")
    if (!pathname.startsWith(before) || !pathname.endsWith(after)) return undefined
    const id = pathname.slice(before.length, pathname.length - after.length)
    return /^[0-9a-f-]{36}$/.test(id) ? id : undefined
  }

  mayEdit(row) {
    return this.#age_ms(row) <= this.boot.limits.edit_minutes * MINUTE_MS
  }

  mayRecall(row) {
    return this.#age_ms(row) <= this.boot.limits.recall_minutes * MINUTE_MS
  }

  #age_ms({ sent_at }) {
    return this.clock.serverNow() - Date.parse(sent_at)
  }
}
