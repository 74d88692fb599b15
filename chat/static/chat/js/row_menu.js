import { load } from "#ui/load.js"
import { toast } from "#ui/toast.js"
import { Menu } from "#chat/menu.js"
import { Summary } from "#chat/summary.js"

/**
 * How I want to have a conversation in my list: pinned, muted, marked as unread, archived, hidden. One for the whole page; its buttons are the server's, two for each
 * preference (`pinned-on`, `pinned-off`).
 */
export class RowMenu {
  #page
  #messenger
  #element
  #conversation = null

  constructor({ document, page, messenger }) {
    this.#page = page
    this.#messenger = messenger
    this.#element = document.getElementById("row-menu")
    new Menu({
      element: this.#element,
      rowOf: (target) => target.closest("nusa-conversation-list li[data-conversation]"),
      open: (row) => this.#open(row.dataset.conversation),
      choose: (action) => this.#keep(action),
    })
  }

  #open(conversation) {
    const summary = this.#messenger.inbox.get(conversation)
    if (!summary?.mine) return null
    this.#conversation = conversation
    const now = this.#page.clock.serverNow()
    const buttons = [...this.#element.querySelectorAll("[data-action$=-on]")]
    const offered = buttons.flatMap(({ dataset: { action, kinds } }) => {
      const [name] = action.split("-")
      if (Summary.isOn(name, summary, now)) return `${name}-off`
      return kinds.split(" ").includes(summary.kind) ? action : []
    })
    return new Set([...offered, ...(Summary.pinOf(summary) ? this.#moves(summary) : [])])
  }

  /** Which way a pinned conversation can go among those that stand with it. */
  #moves(summary) {
    const pinned = this.#pinnedBeside(summary)
    const place = pinned.indexOf(summary)
    return [...(place > 0 ? ["pin-up"] : []), ...(place < pinned.length - 1 ? ["pin-down"] : [])]
  }

  #pinnedBeside(summary) {
    return this.#messenger.inbox.list("", { place: Summary.placeOf(summary) }).filter(Summary.pinOf)
  }

  #movePinned(isDown) {
    const summary = this.#messenger.inbox.get(this.#conversation)
    const pinned = this.#pinnedBeside(summary)
    const beside = pinned[pinned.indexOf(summary) + (isDown ? 1 : -1)]
    return beside ? this.#messenger.movePinned(summary.id, beside.id, isDown) : true
  }

  async #askMute() {
    const { askMute } = await load(() => import("#chat/mute_dialog.js"), this.#page.data)
    const { time_zone: timeZone, zone_label: zone } = this.#page.boot
    return askMute({ data: this.#page.data, now: () => this.#page.clock.serverNow(), timeZone, zone })
  }

  /** Say that a conversation was archived or hidden, and offer to undo it. */
  #offerUndo(conversation, name) {
    const { data } = this.#page
    const undo = async () => (await this.#messenger.keep(conversation, { [name]: false })) || toast(data.word("unavailable"))
    toast(data.word(name), { word: data.word("undo"), run: undo })
  }

  async #keep(action) {
    const [name, to] = action.split("-")
    if (name === "pin") return (await this.#movePinned(to === "down")) || toast(this.#page.data.word("unavailable"))
    const isOn = to === "on"
    const conversation = this.#conversation
    const until = name === "muted" && isOn ? await this.#askMute() : null
    if (name === "muted" && isOn && until === null) return
    // What concerns the list alone is not worth keeping for later: without a line, it says so.
    if (await this.#messenger.keep(conversation, name === "muted" ? { muted_until: until } : { [name]: isOn }))
      return ["archived-on", "hidden-on"].includes(action) && this.#offerUndo(conversation, name)
    toast(this.#page.data.word("unavailable"))
  }
}
