import { toast } from "#ui/toast.js"
import { Menu } from "#chat/menu.js"
import { Summary } from "#chat/summary.js"

// Muted without an end is muted for longer than anybody will care.
const MUTED_MS = 36_500 * 86_400_000

/** How I want to have a conversation in my list: pinned, muted, hidden. One for the whole page. */
export class RowMenu {
  #page
  #messenger
  #conversation = null

  constructor({ document, page, messenger }) {
    this.#page = page
    this.#messenger = messenger
    new Menu({
      element: document.getElementById("row-menu"),
      rowOf: (target) => target.closest("nusa-conversation-list li[data-conversation]"),
      open: (row) => this.#open(row.dataset.conversation),
      choose: (action) => this.#keep(action),
    })
  }

  #open(conversation) {
    const summary = this.#messenger.inbox.get(conversation)
    if (!summary?.mine) return null
    this.#conversation = conversation
    const isMuted = Summary.isMuted(summary, this.#page.clock.serverNow())
    return new Set([summary.mine.pinned ? "unpin" : "pin", isMuted ? "unmute" : "mute", Summary.isPutAway(summary) ? "unhide" : "hide"])
  }

  async #keep(action) {
    const until = new Date(this.#page.clock.serverNow() + MUTED_MS).toISOString()
    const sides = {
      pin: { pinned: true },
      unpin: { pinned: false },
      mute: { muted_until: until },
      unmute: { muted_until: null },
      hide: { hidden: true },
      unhide: { hidden: false },
    }
    // What concerns the list alone is not worth keeping for later: without a line, it says so.
    if (await this.#messenger.keep(this.#conversation, sides[action])) return action === "hide" && toast(this.#page.data.word("hidden"))
    toast(this.#page.data.word("unavailable"))
  }
}
