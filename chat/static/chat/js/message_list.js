import { fill, part } from "#ui/part.js"
import { askAgain, showProgress } from "#chat/album.js"
import { MessageView } from "#chat/message_view.js"
import { Summary } from "#chat/summary.js"
import { Transcript } from "#chat/transcript.js"

/**
 * A conversation on the screen: `<nusa-timeline conversation="…">`.
 *
 * It shows what the timeline and the outbox hold, keeps the place of whoever reads further up, reads earlier pages as they come near,
 * and tells what has been seen.
 */
export class MessageList extends HTMLElement {
  static NEAR_NEWEST_PX = 80
  static FAR_FROM_NEWEST_PX = 400
  static EARLIER_PX = 1_200

  #undo = []
  #views = new Map()
  #frame = null
  // The last message that had been read when this one opened it, or turned away from it.
  #newAfter = null
  #sawNewest = 0
  #seen = 0
  #earlierWatch = null
  #isFirst = true
  #isLooking = false
  // Until it has been looked at: whoever marks it as unread while it stands open wants to find it so.
  #isOpening = true

  connectedCallback() {
    const conversation = this.getAttribute("conversation")
    if (!conversation) return
    this.conversation = conversation
    this.timeline = this.messenger.timeline(conversation)
    this.timeline.isShown = true
    const summary = this.#summary
    this.#newAfter = summary && Summary.unread(summary) > 0 ? summary.mine.read_seq : null
    this.view = new MessageView({ ...this.page, conversation, isGroup: summary?.kind === "group" })
    this.#listen()
    this.#watchEarlier()
    this.#renderSoon()
  }

  disconnectedCallback() {
    for (const undo of this.#undo) undo()
    this.#undo = []
    this.#earlierWatch?.disconnect()
    if (this.#frame) cancelAnimationFrame(this.#frame)
    this.#frame = null
    this.#views.clear()
    if (this.timeline) this.timeline.isShown = false
  }

  get #summary() {
    return this.messenger.inbox.get(this.conversation)
  }

  get #scroll() {
    return part(this, "scroll")
  }

  /** The item that an element shows, for whoever acts on it. */
  itemOf(element) {
    const shown = element.closest("[data-part=list] > li")
    return [...this.#views.values()].find((one) => one.element === shown)?.item
  }

  /** Bring a message to the eye, reading back to it if need be. */
  async goTo(seq) {
    if (!(await this.timeline.reachBack(seq))) return
    this.#render()
    const element = this.querySelector(`#m-${seq}`)
    element?.scrollIntoView({ block: "center", behavior: "smooth" })
    element?.setAttribute("data-pointed-at", "")
    setTimeout(() => element?.removeAttribute("data-pointed-at"), 1_600)
  }

  goToNewest() {
    this.#scroll.scrollTo({ top: 0, behavior: "smooth" })
  }

  #listen() {
    const { messenger } = this
    const soon = () => this.#renderSoon()
    const ifMine = (conversation) => (conversation === null || conversation === this.conversation) && soon()
    this.#undo.push(
      this.timeline.onChange.listen(soon),
      messenger.outbox.onChange.listen(ifMine),
      messenger.inbox.onChange.listen(ifMine),
      messenger.line.onState.listen((state) => this.#lineChanged(state)),
      messenger.outbox.onProgress.listen((entry, photo, fraction) => this.#brought(photo, fraction)),
      messenger.onArrival.listen((conversation, row) => conversation === this.conversation && this.#arrived(row)),
    )
    this.#on(this.parentElement, "nusa-sent", () => this.#answered())
    this.#on(this.#scroll, "scroll", () => this.#scrolled())
    this.#on(part(this, "to-newest"), "click", () => this.goToNewest())
    this.#on(this, "click", (event) => this.#clicked(event))
    this.#on(document, "visibilitychange", () => this.#see())
    this.#on(window, "focus", () => this.#see())
  }

  /** What comes while nobody looks is new when they look again. */
  #arrived(row) {
    if (this.#isLookedAt || (this.#newAfter !== null && this.#seen <= this.#newAfter)) return
    this.#newAfter = row.seq - 1
  }

  /** Whoever writes has read what is above, and wants to see what they wrote. */
  #answered() {
    this.#newAfter = null
    this.#scroll.scrollTop = 0
  }

  #lineChanged(state) {
    if (state === "ready") askAgain(this)
    this.#renderSoon()
  }

  #brought(photo, fraction) {
    const tile = this.querySelector(`[data-photo="${photo}"]`)
    if (tile) showProgress(tile, fraction)
  }

  #on(target, name, work) {
    target.addEventListener(name, work, { passive: name === "scroll" })
    this.#undo.push(() => target.removeEventListener(name, work))
  }

  #clicked(event) {
    const earlier = event.target.closest("[data-part=earlier]")
    if (earlier) {
      event.preventDefault()
      return this.#readEarlier()
    }
    // What is replied to, and the card of which a line says how it moved.
    const link = event.target.closest("[data-part=quote], [data-part=about][href]")
    if (!link) return
    event.preventDefault()
    this.goTo(Number(link.getAttribute("href").slice("#m-".length)))
  }

  // Earlier pages.

  #watchEarlier() {
    this.#earlierWatch = new IntersectionObserver(
      (changes) => changes.some((change) => change.isIntersecting) && this.#readEarlier(),
      { root: this.#scroll, rootMargin: `${MessageList.EARLIER_PX}px 0px 0px` },
    )
    this.#earlierWatch.observe(part(this, "earlier"))
  }

  async #readEarlier() {
    if (!(await this.timeline.earlier()) || !this.isConnected) return
    this.#render()
    // The observer speaks only when something changes: still near is not a change.
    const link = part(this, "earlier")
    this.#earlierWatch.unobserve(link)
    this.#earlierWatch.observe(link)
  }

  // Showing.

  #renderSoon() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null
      this.#render()
    })
  }

  #render() {
    const { timeline, messenger } = this
    const summary = this.#summary
    if (!summary || !timeline.isLoaded) return this.#renderFrame()
    const items = Transcript.compose({
      rows: timeline.messages(),
      entries: messenger.outbox.of(this.conversation),
      answered: timeline.answered,
      summary,
      me: messenger.me,
      format: this.page.format,
      isReady: messenger.line.state === "ready",
      newAfter: this.#newAfter,
      mark: (seq) => timeline.mark(seq),
    })
    this.#keepPlace(() => this.#reconcile(items))
    this.#renderFrame()
    if (this.#isFirst) this.#goToFirst()
    this.#isFirst = false
    this.#see()
  }

  #renderFrame() {
    const { timeline, messenger } = this
    part(this, "earlier").hidden = !timeline.hasEarlier
    part(this, "beginning").hidden = !timeline.isLoaded || timeline.hasEarlier
    const summary = this.#summary
    if (summary) part(this, "beginning").textContent = this.page.data.word(beginningOf(summary))
    const typing = this.page.words.typing(messenger.inbox.typing(this.conversation), this.conversation)
    part(this, "typing").hidden = typing === ""
    part(this, "typing-text").textContent = typing
    this.#showWayBack()
  }

  /** Bring the list to these items; what the server rendered stays until it can be shown from the models. */
  #reconcile(items) {
    const list = part(this, "list")
    const now = this.page.clock.serverNow()
    const views = new Map()
    let place = list.firstElementChild
    for (const item of items) {
      const view = this.#views.get(item.key) ?? { element: this.view.make(item), item: null }
      const quote = item.row?.reply_to ? this.#quoteOf(item.row.reply_to) : undefined
      if (isChanged(view, item, quote)) this.view.show(view.element, item, quote, now)
      view.item = item
      view.quote = quote
      views.set(item.key, view)
      if (view.element === place) place = place.nextElementSibling
      else list.insertBefore(view.element, place)
    }
    while (place) {
      const next = place.nextElementSibling
      place.remove()
      place = next
    }
    this.#views = views
  }

  /** The message that is replied to: undefined while it is asked for, null if it is not there for me. */
  #quoteOf(seq) {
    return this.timeline.quoted(seq) ?? (this.timeline.isMissing(seq) ? null : undefined)
  }

  // Where the reader is.

  get #fromNewest_px() {
    return -this.#scroll.scrollTop
  }

  /** Whoever reads further up stays with what they read, whatever arrives below. */
  #keepPlace(work) {
    if (this.#fromNewest_px < MessageList.NEAR_NEWEST_PX) return work()
    const anchor = this.#firstInSight()
    const before = anchor?.getBoundingClientRect().top
    work()
    if (!anchor?.isConnected) return
    const moved = anchor.getBoundingClientRect().top - before
    if (Math.abs(moved) >= 1) this.#scroll.scrollTop += moved
  }

  #firstInSight() {
    const top = this.#scroll.getBoundingClientRect().top
    return this.#search((element) => element.getBoundingClientRect().bottom > top)
  }

  #lastInSight() {
    const bottom = this.#scroll.getBoundingClientRect().bottom
    const { children } = part(this, "list")
    const below = this.#search((element) => element.getBoundingClientRect().top >= bottom)
    return below ? below.previousElementSibling : children[children.length - 1]
  }

  /** The first child for which `isPast` holds, found by halving: there may be thousands. */
  #search(isPast) {
    const { children } = part(this, "list")
    let low = 0
    let high = children.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isPast(children[middle])) high = middle
      else low = middle + 1
    }
    return children[low]
  }

  #goToFirst() {
    const addressed = /^#m-(\d+)$/.exec(location.hash)?.[1]
    if (addressed) return this.goTo(Number(addressed))
    const line = this.querySelector("[data-new-line]")
    if (!line) return
    const room = line.getBoundingClientRect().top - this.#scroll.getBoundingClientRect().top
    if (room < 0) line.scrollIntoView({ block: "start" })
  }

  #scrolled() {
    if (this.#isLooking) return
    this.#isLooking = true
    requestAnimationFrame(() => {
      this.#isLooking = false
      if (!this.isConnected) return
      this.#showWayBack()
      this.#see()
    })
  }

  #showWayBack() {
    const isNear = this.#fromNewest_px < MessageList.NEAR_NEWEST_PX
    if (isNear) this.#sawNewest = this.timeline.high
    part(this, "to-newest").hidden = this.#fromNewest_px < MessageList.FAR_FROM_NEWEST_PX
    const missed = this.timeline.messages().filter((row) => row.seq > this.#sawNewest && row.from !== this.messenger.me.id).length
    fill(part(this, "to-newest"), "count", this.#sawNewest && missed ? this.page.format.number(missed) : null)
  }

  /** Tell what was read: only what is in sight of somebody who looks. */
  #see() {
    if (!this.#isLookedAt) return
    let element = this.#lastInSight()
    while (element && !element.dataset.seq) element = element.previousElementSibling
    if (!element) return
    this.#seen = Math.max(this.#seen, Number(element.dataset.seq))
    this.messenger.seen(this.conversation, this.#seen, { isOpening: this.#isOpening })
    this.#isOpening = false
  }

  get #isLookedAt() {
    return this.isConnected && document.visibilityState === "visible" && document.hasFocus() && this.offsetParent !== null
  }
}

function beginningOf({ kind, from_seq }) {
  if (kind === "self") return "beginning_self"
  return from_seq > 1 ? "beginning_joined" : "beginning"
}

function isChanged({ item: before, quote: quoteBefore }, item, quote) {
  if (!before || quote !== quoteBefore || before.kind !== item.kind) return true
  if (item.kind === "day" || item.kind === "new") return true
  return ["row", "state", "starts", "ends", "entry", "at", "isStarred", "votes"].some((field) => before[field] !== item[field])
}
