import { clone, fill, mark, part } from "#ui/part.js"
import { showAvatar } from "#ui/avatar.js"
import { showRequests } from "#chat/join_requests.js"
import { carriedBy } from "#chat/photos.js"
import { Summary } from "#chat/summary.js"

/** The conversations on the screen, newest first: `<nusa-conversation-list>`. */
export class ConversationList extends HTMLElement {
  #undo = []
  #rows = new Map()
  #frame = null
  #wasEmpty = false
  #counted = null

  connectedCallback() {
    const { inbox, outbox, drafts, line, onComplete } = this.messenger
    const soon = () => this.#renderSoon()
    this.#undo.push(
      inbox.onChange.listen(soon),
      outbox.onChange.listen(soon),
      drafts.onChange.listen(soon),
      line.onState.listen(soon),
      onComplete.listen(soon),
    )
    const search = part(this, "search")
    search.addEventListener("input", soon)
    this.#undo.push(() => search.removeEventListener("input", soon))
    // The server renders "none" only when there are none.
    this.#wasEmpty = !part(this, "empty").hidden
    this.#standInForPutAway()
    for (const element of part(this, "rows").children) this.#rows.set(element.dataset.conversation, element)
    this.#renderSoon()
  }

  disconnectedCallback() {
    for (const undo of this.#undo) undo()
    this.#undo = []
    if (this.#frame) cancelAnimationFrame(this.#frame)
    this.#frame = null
  }

  /** Which conversations these are: `main`, `archived`, `hidden`. */
  get place() {
    return this.dataset.place
  }

  /** Which conversation is open beside the list. */
  set current(conversation) {
    this.dataset.current = conversation ?? ""
    this.#renderSoon()
  }

  #renderSoon() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null
      this.#render()
    })
  }

  #render() {
    const query = part(this, "search").value.trim()
    const { inbox, isComplete } = this.messenger
    const list = part(this, "rows")
    const summaries = inbox.list(query, { place: this.place })
    const focused = list.contains(document.activeElement) ? document.activeElement : null
    const place = [...list.children].findIndex((row) => row.contains(focused))
    const elements = summaries.map((summary) => this.#row(summary))
    elements.forEach((element, place) => list.children[place] !== element && list.insertBefore(element, list.children[place] ?? null))
    while (list.children.length > elements.length) list.lastElementChild.remove()
    this.#keepFocus(focused, place)
    const isBare = elements.length === 0
    const isKnown = isComplete || this.#wasEmpty
    const isPutAway = this.#showWaysToPutAway(query)
    part(this, "empty").hidden = !(isBare && !query && isKnown && !isPutAway)
    const putAway = part(this, "put-away")
    if (putAway) putAway.hidden = !(isBare && !query && isComplete && isPutAway)
    part(this, "unknown").hidden = !(isBare && !query && !isKnown && !isPutAway && this.messenger.line.state === "waiting")
    part(this, "nothing-found").hidden = !(isBare && query)
    fill(this, "query", query)
    part(this, "query").hidden = false
    const more = this.querySelector(".conversations__more:not([data-part])")
    if (more) more.hidden = isComplete
  }

  /** Whoever goes by keys stays where they were: at the row, or where it was at the one that is there now. */
  #keepFocus(focused, place) {
    const rows = [...part(this, "rows").children]
    if (focused?.isConnected) focused.focus({ preventScroll: true })
    else if (focused) (rows[Math.min(place, rows.length - 1)]?.querySelector("a") ?? part(this, "rows")).focus({ preventScroll: true })
  }

  /**
   * The ways from the main list to what was archived or hidden, and whether there is any. Until all is read, this device may know less
   * than the page that the server wrote.
   */
  #showWaysToPutAway(query) {
    if (this.place !== "main") return false
    const { inbox, isComplete } = this.messenger
    const [archived, hidden] = ["archived", "hidden"].map((place) => inbox.list("", { place }).length)
    const ways = [part(this, "archived-link"), part(this, "hidden-link")]
    this.#counted ??= ways.map((link) => !link.hidden)
    if (inbox.hasPastGroups) part(this, "past-groups-link").hidden = false
    const isThere = [archived, hidden].map((count, place) => count > 0 || (!isComplete && this.#counted[place]))
    ways.forEach((link, place) => (link.hidden = !isThere[place] || (place === 0 && query !== "")))
    const unread = inbox.unreadAt("archived")
    // What the server counted when it wrote the page is newer than what this device kept.
    const isNewer = (place) => isComplete || !this.#counted[place]
    if (isNewer(0)) {
      part(this, "archived-unread").hidden = unread === 0
      part(this, "archived-unread-count").textContent = this.page.format.number(unread)
    }
    if (isNewer(1)) part(this, "hidden-count").textContent = this.page.format.number(hidden)
    return isThere.some(Boolean)
  }

  /** Without a line the shell of the main list comes at the address of the archive or of hidden chats, and shows those. */
  #standInForPutAway() {
    const ways = { archived: part(this, "archived-link"), hidden: part(this, "hidden-link") }
    const place = Object.keys(ways).find((name) => ways[name] && new URL(ways[name].href).pathname === location.pathname)
    if (!place) return
    this.dataset.place = place
    for (const link of Object.values(ways)) link.hidden = true
    const pane = this.closest("section")
    const { data } = this.page
    pane.querySelector("h1").textContent = data.word(`${place}_list`)
    part(pane, "list-back").hidden = false
    part(pane, "new-chat").hidden = true
    const empty = part(this, "empty")
    empty.querySelector(".state__title").textContent = data.word(`${place}_empty`)
    for (const other of empty.querySelectorAll(".state__text, .button")) other.remove()
  }

  #row(summary) {
    const element = this.#rows.get(summary.id) ?? clone("row-template")
    this.#rows.set(summary.id, element)
    const { inbox } = this.messenger
    const name = inbox.nameOf(summary)
    mark(element, "data-conversation", true, summary.id)
    const link = part(element, "link")
    mark(link, "href", true, this.page.urlOf(summary.id))
    mark(link, "aria-current", this.dataset.current === summary.id, "page")
    showAvatar(element, inbox.looksOf(summary), name)
    fill(element, "name", name)
    fill(element, "via", this.page.words.via(summary))
    this.#showLast(element, summary)
    this.#showMarks(element, summary)
    return element
  }

  #showLast(element, summary) {
    const { page, messenger } = this
    const waiting = messenger.waiting(summary.id).at(-1)
    const draft = this.dataset.current === summary.id ? "" : messenger.drafts.of(summary.id).trim()
    const typing = messenger.inbox.typing(summary.id).length > 0
    part(element, "typing").hidden = !typing
    if (typing && summary.kind === "group") part(element, "typing").textContent = page.words.typing(messenger.inbox.typing(summary.id), summary.id)
    part(element, "last").hidden = typing
    mark(element, "data-draft", draft !== "")
    part(element, "draft-word").hidden = draft === ""
    const row = waiting ? { kind: "text", from: messenger.me.id, body: waiting.shown?.body ?? waiting.fields.body, extras: waiting.shown?.extras ?? carriedBy(waiting) } : summary.last
    fill(element, "who", !draft && row && !row.recalled_at ? page.words.prefix(summary, row) : null)
    fill(element, "text", draft || (row ? page.words.line(row) : null))
    const state = draft || !Summary.hasState(row, messenger.me.id) ? null : this.#stateOf(summary, waiting)
    part(element, "state").hidden = state === null
    mark(part(element, "state"), "data-state", state !== null, state)
    const at = waiting?.written_at ?? (summary.last ? Date.parse(summary.last.sent_at) : null)
    fill(element, "time", at === null ? null : page.format.brief(at, page.clock.serverNow(), { yesterday: page.data.word("yesterday") }))
    if (at !== null) part(element, "time").dateTime = new Date(at).toISOString()
  }

  #stateOf(summary, waiting) {
    if (!waiting) return Summary.stateOf(summary.last.seq, Summary.reach(summary, this.messenger.me.id))
    if (waiting.state === "refused") return "failed"
    if (this.messenger.line.state === "ready") return "waiting"
    return waiting.state === "handed" ? "uncertain" : "unsent"
  }

  #showMarks(element, summary) {
    const unread = Summary.unread(summary)
    const isUnread = Summary.isUnread(summary)
    const isMuted = Summary.isMuted(summary, this.page.clock.serverNow())
    mark(element, "data-pinned", Boolean(summary.mine?.pinned))
    mark(element, "data-muted", isMuted)
    mark(element, "data-unread", isUnread, unread || "")
    part(element, "pinned").hidden = !summary.mine?.pinned
    part(element, "muted").hidden = !isMuted
    fill(element, "unread", unread > 0 ? this.page.format.number(unread) : null)
    // Without a number, what was marked by hand is a dot.
    for (const name of ["unread", "unread-word"]) part(element, name).hidden = !isUnread
    showRequests(part(element, "requests"), summary, this.page)
    part(element, "mentioned").hidden = !Summary.isMentioned(summary)
  }
}
