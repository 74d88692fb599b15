import { fill, part } from "#ui/part.js"
import { toast } from "#ui/toast.js"
import { askAgain, showProgress } from "#chat/album.js"
import { MessageView, isChanged } from "#chat/message_view.js"
import { Summary } from "#chat/summary.js"
import { ReadingPlace } from "#chat/reading_place.js"
import { RowWindow } from "#chat/row_window.js"
import { placeOf } from "#chat/span.js"
import { Transcript } from "#chat/transcript.js"

/**
 * A conversation on the screen: `<nusa-timeline conversation="…">`.
 *
 * It shows a part of what the timeline and the outbox hold, keeps the place of whoever reads further up, brings what is before and
 * after as it comes near, and tells what has been seen.
 */
export class MessageList extends HTMLElement {
  static NEAR_NEWEST_PX = 80
  static FAR_FROM_NEWEST_PX = 400
  static AHEAD_PX = 1_200
  static LINE_MS = 5_000

  #undo = []
  #views = new Map()
  #frame = null
  // The last message that had been read when this one opened it, or turned away from it.
  #newAfter = null
  // How many were unread then.
  #newCount = 0
  #sawNewest = 0
  #seen = 0
  #edgeWatch = null
  #window = new RowWindow()
  // Whether an island is shown, and not the newest.
  #isAway = false
  #place
  #jumps = 0
  #isFirst = true
  // Until the place where reading begins is found, nothing counts as seen.
  #isFinding = false
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
    this.#newCount = summary ? Summary.unread(summary) : 0
    this.#newAfter = this.#newCount > 0 ? summary.mine.read_seq : null
    this.view = new MessageView({ ...this.page, conversation, isGroup: summary?.kind === "group" })
    this.#place = new ReadingPlace({ scroll: this.#scroll, list: part(this, "list") })
    this.#listen()
    this.#watchEdges()
    this.#renderSoon()
  }

  disconnectedCallback() {
    for (const undo of this.#undo) undo()
    this.#undo = []
    this.#edgeWatch?.disconnect()
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

  /** The messages that are held without gaps around what is shown. */
  get rows() {
    return this.timeline.messages(this.#span)
  }

  /** The item that an element shows, for whoever acts on it. */
  itemOf(element) {
    const shown = element.closest("[data-part=list] > li")
    return [...this.#views.values()].find((one) => one.element === shown)?.item
  }

  /** Bring a message to the eye, with what is around it if it is far. */
  async goTo(seq) {
    const isMoved = await this.#moveTo(seq)
    if (isMoved === null) return toast(this.page.data.word("unavailable"))
    const element = this.querySelector(`#m-${seq}`)
    if (!element) return this.isConnected && isMoved && toast(this.page.data.word("quote_gone"))
    element.scrollIntoView({ block: "center", behavior: isMoved ? "instant" : "smooth" })
    element.setAttribute("data-pointed-at", "")
    setTimeout(() => element.removeAttribute("data-pointed-at"), 1_600)
  }

  goToNewest() {
    if (this.#isAtNewest) this.#place.goToEnd({ isSmooth: true })
    else this.#showNewest()
  }

  #showNewest() {
    this.#jumps += 1
    this.#isAway = false
    this.#window.showEnd()
    this.#render()
    this.#place.goToEnd()
  }

  /** Have a message on the page. Answers whether other rows are there for it, or null if there is no way to it now. */
  async #moveTo(seq) {
    const jump = (this.#jumps += 1)
    if (this.querySelector(`#m-${seq}`)) return false
    // A page that was just loaded has no line yet.
    if (!this.timeline.has(seq)) await this.messenger.line.whenReady(MessageList.LINE_MS)
    const span = await this.timeline.jumpTo(seq)
    // Whoever jumped again is elsewhere, and whoever left is gone: neither is told anything.
    if (jump !== this.#jumps || !this.isConnected) return false
    if (!span) return null
    this.#isAway = span.hasLater
    this.#window.showAround(seq, this.timeline.messages(span), span)
    this.#render()
    return true
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
    this.#newCount = 0
  }

  /** Whoever writes has read what is above, and wants to see what they wrote. */
  #answered() {
    this.#newAfter = null
    this.#showNewest()
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
      return this.#goEarlier()
    }
    // What is replied to, and the card of which a line says how it moved.
    const link = event.target.closest("[data-part=quote], [data-part=about][href]")
    if (!link) return
    event.preventDefault()
    this.goTo(Number(link.getAttribute("href").slice("#m-".length)))
  }

  // What is before and after.

  /** What is held without gaps around what is shown. */
  get #span() {
    return (this.#isAway && this.timeline.island) || this.timeline.newest
  }

  get #isAtNewest() {
    return this.#window.isFollowing && !this.#span?.hasLater
  }

  #watchEdges() {
    const near = (changes) => {
      for (const { target, isIntersecting } of changes) if (isIntersecting) target.dataset.part === "later" ? this.#goLater() : this.#goEarlier()
    }
    this.#edgeWatch = new IntersectionObserver(near, { root: this.#scroll, rootMargin: `${MessageList.AHEAD_PX}px 0px` })
    this.#watch("earlier")
    this.#watch("later")
  }

  /** The observer speaks only when something changes: still near is not a change. */
  #watch(edge) {
    this.#edgeWatch.unobserve(part(this, edge))
    this.#edgeWatch.observe(part(this, edge))
  }

  async #goEarlier() {
    const span = this.#span
    if (!span || (this.#window.first <= this.timeline.messages(span)[0]?.seq && !(await this.timeline.earlier({ span })))) return
    this.#grow("earlier", span, () => this.#window.growEarlier(this.timeline.messages(this.#span), this.#span))
  }

  async #goLater() {
    const span = this.#span
    if (!span || (this.#window.last >= this.timeline.messages(span).at(-1)?.seq && !(await this.timeline.later({ span })))) return
    this.#grow("later", span, () => this.#window.growLater(this.timeline.messages(this.#span), this.#span))
  }

  #grow(edge, span, grow) {
    // Whoever jumped away meanwhile is elsewhere; an island may have become one with the newest.
    if (!this.isConnected || (span !== this.#span && this.#span !== this.timeline.newest)) return
    grow()
    this.#render()
    this.#watch(edge)
  }

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
    if (!timeline.island) this.#isAway = false
    const held = this.rows
    const shown = this.#window.cut(held, this.#span, { isAtEnd: this.#isNearNewest })
    // What waits to be sent comes after all that is there, and not after what was jumped to.
    const isFit = (entry) => this.#isAtNewest || entry.do !== "chat.send"
    const items = Transcript.compose({
      rows: shown.rows,
      entries: messenger.outbox.of(this.conversation).filter(isFit),
      answered: timeline.answered.filter(isFit),
      summary,
      me: messenger.me,
      format: this.page.format,
      isReady: messenger.line.state === "ready",
      news: this.#newsOf(held),
      mark: (seq) => timeline.mark(seq),
    })
    this.#keepPlace(() => {
      this.#reconcile(items)
      this.#renderEdges(shown)
    })
    this.#renderFrame()
    if (this.#isFirst) this.#find()
    this.#see()
  }

  #newsOf(held) {
    const news = Transcript.news(held, this.#newAfter, this.messenger.me)
    return news && { ...news, count: Math.max(news.count, this.#newCount) }
  }

  #renderEdges({ hasEarlier, hasLater }) {
    const isBefore = hasEarlier || this.#span.hasEarlier
    part(this, "earlier").hidden = !isBefore
    part(this, "beginning").hidden = isBefore
    part(this, "later").hidden = !hasLater && !this.#span.hasLater
  }

  #renderFrame() {
    const { timeline, messenger } = this
    if (!timeline.isLoaded) for (const edge of ["earlier", "beginning", "later"]) part(this, edge).hidden = true
    const summary = this.#summary
    if (summary) part(this, "beginning").textContent = this.page.data.word(Summary.beginning(summary))
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
    // First, so that what stays need not move.
    const keys = new Set(items.map(({ key }) => key))
    for (const [key, { element }] of this.#views) if (!keys.has(key)) element.remove()
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

  get #isNearNewest() {
    return this.#isAtNewest && this.#place.fromEnd_px < MessageList.NEAR_NEWEST_PX
  }

  /** Whoever reads further up stays with what they read, whatever arrives below. */
  #keepPlace(work) {
    return this.#isNearNewest ? work() : this.#place.keep(work)
  }

  async #find() {
    this.#isFirst = false
    this.#isFinding = true
    await this.#goToFirst()
    this.#isFinding = false
    if (this.isConnected) this.#see()
  }

  async #goToFirst() {
    const addressed = /^#m-(\d+)$/.exec(location.hash)?.[1]
    return addressed ? this.goTo(Number(addressed)) : this.#goToNews()
  }

  /** To where reading ended, also if that is further back than the newest page. */
  async #goToNews() {
    const isFar = this.#newAfter !== null && this.timeline.hasEarlier && this.#newAfter < this.timeline.low - 1
    if (isFar) await this.#moveTo(this.#newAfter + 1)
    const line = this.querySelector("[data-new-line]")
    if (line && (isFar || this.#place.isAbove(line))) line.scrollIntoView({ block: "start" })
  }

  #scrolled() {
    this.#place.scrolled()
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
    if (this.#isNearNewest && !this.#isFinding) this.#sawNewest = this.timeline.high
    part(this, "to-newest").hidden = this.#isAtNewest && this.#place.fromEnd_px < MessageList.FAR_FROM_NEWEST_PX
    const rows = this.timeline.messages()
    const missed = rows.slice(placeOf(rows, this.#sawNewest + 1)).filter((row) => row.from !== this.messenger.me.id).length
    const unread = !this.#isAtNewest && this.#summary ? Summary.unread(this.#summary) : 0
    const count = Math.max(this.#sawNewest && missed, unread)
    fill(part(this, "to-newest"), "count", count > 0 ? this.page.format.number(count) : null)
  }

  /** Tell what was read: only what is in sight of somebody who looks. */
  #see() {
    if (!this.#isLookedAt || this.#isFinding) return
    let element = this.#place.lastInSight()
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
