import { clone, fill, mark, part } from "#ui/part.js"
import { isPlainClick } from "#ui/plain_click.js"
import { showAvatar } from "#ui/avatar.js"
import { showRequests } from "#chat/join_requests.js"
import { Summary } from "#chat/summary.js"

/**
 * Going between the list and conversations without asking for pages, while every address also works by itself.
 *
 * On a phone one of the two is seen, on a desk both; the way back is the browser's own.
 */
export class Navigation {
  #document
  #page
  #messenger
  #attention
  #brand
  #listAddress
  #current = null

  constructor({ document, page, messenger, attention }) {
    this.#document = document
    this.#page = page
    this.#messenger = messenger
    this.#attention = attention
    this.#brand = document.title.split(" · ").at(-1)
    // Beside a conversation that was opened by its address stands the main list.
    const isList = document.body.dataset.view === "list" && !page.conversationAt(location.pathname)
    this.#listAddress = isList ? location.pathname : page.boot.urls.list
    document.addEventListener("click", (event) => this.#clicked(event))
    addEventListener("popstate", () => this.#stepped())
    messenger.inbox.onChange.listen((changed) => (changed === null || changed === this.#current) && this.#changed())
    this.#current = this.#conversationAt(location.pathname) ?? this.#rendered?.dataset.conversation ?? null
    this.#markCurrent()
    if (this.#current && this.#rendered?.dataset.conversation !== this.#current) this.#open(this.#current)
  }

  get #rendered() {
    return this.#document.querySelector("[data-part=conversation]")
  }

  get #list() {
    return this.#document.querySelector("nusa-conversation-list")
  }

  /** The conversation that an address names, null for the list that stands here; every other list is another page. */
  #conversationAt(pathname) {
    if (pathname === this.#listAddress) return null
    return this.#page.conversationAt(pathname) ?? undefined
  }

  get #content() {
    return this.#document.getElementById("content")
  }

  #clicked(event) {
    const link = event.target.closest("a[href]")
    if (!link || event.defaultPrevented || !isPlainClick(event)) return
    const { origin, pathname, search } = new URL(link.href)
    const conversation = this.#conversationAt(pathname)
    if (origin !== location.origin || search || conversation === undefined) return
    if (conversation && !this.#messenger.inbox.get(conversation)) return
    event.preventDefault()
    if (conversation === this.#current && this.#isSeen(conversation)) return
    // The list that is left behind is one step back: going there again is going back.
    if (conversation === null && history.state?.isFromList) return history.back()
    history.pushState({ isFromList: this.#current === null && conversation !== null }, "", pathname)
    this.#goTo(pathname)
  }

  /** Back closes an open dialog or menu, as in an app, and stays on the page. */
  #stepped() {
    const above = this.#document.querySelectorAll("dialog:modal, [popover=auto]:popover-open, [popover='']:popover-open")
    if (above.length === 0) return this.#goTo(location.pathname)
    for (const one of above) one.matches("dialog") ? one.close() : one.hidePopover()
    const isFromList = this.#current !== null && this.#conversationAt(location.pathname) === null
    history.pushState({ isFromList }, "", this.#current ? this.#page.urlOf(this.#current) : this.#listAddress)
  }

  #isSeen(conversation) {
    return this.#document.body.dataset.view === (conversation === null ? "list" : "conversation")
  }

  #goTo(pathname) {
    const conversation = this.#conversationAt(pathname)
    // The browser's own history led to another kind of page.
    if (conversation === undefined || (conversation && !this.#messenger.inbox.get(conversation))) return location.reload()
    const left = this.#current
    this.#current = conversation
    if (conversation === null) this.#close(left)
    else this.#open(conversation)
    this.#markCurrent()
  }

  #open(conversation) {
    if (this.#rendered?.dataset.conversation !== conversation) {
      const section = clone("conversation-template")
      section.dataset.conversation = conversation
      for (const element of section.querySelectorAll("[conversation]")) element.setAttribute("conversation", conversation)
      part(section, "back").href = this.#listAddress
      section.querySelector("form").action = `${this.#page.urlOf(conversation)}kirim/`
      this.#content.replaceChildren(section)
    }
    this.#document.body.dataset.view = "conversation"
    this.#showHead()
    if (matchMedia("(pointer: fine)").matches) this.#content.querySelector("nusa-composer").focus()
    else this.#content.focus({ preventScroll: true })
  }

  #close(left) {
    this.#content.replaceChildren(this.#document.getElementById("nothing-open-template").content.cloneNode(true))
    this.#document.body.dataset.view = "list"
    this.#attention.title = `${this.#document.getElementById("list-title").textContent} · ${this.#brand}`
    if (left) this.#document.querySelector(`[data-conversation="${left}"] [data-part=link]`)?.focus({ preventScroll: true })
  }

  #markCurrent() {
    if (this.#list) this.#list.current = this.#current ?? part(this.#document, "beside")?.dataset.beside
  }

  /** Reload the details of a group that I left or was removed from: they show members and actions. */
  #changed() {
    const summary = this.#messenger.inbox.get(this.#current)
    if (summary && Summary.isGone(summary) && this.#document.querySelector(".details__members")) return location.reload()
    this.#showHead()
  }

  #showHead() {
    const section = this.#rendered
    const summary = section && this.#messenger.inbox.get(section.dataset.conversation)
    if (!summary) return
    const { inbox } = this.#messenger
    const name = inbox.nameOf(summary) || this.#page.data.word("somebody")
    const head = section.querySelector("header")
    fill(head, "name", name)
    showAvatar(head, inbox.looksOf(summary), name)
    fill(head, "status", summary.kind === "group" ? this.#page.words.members(summary) : this.#page.words.via(summary))
    // A shop is a shop, whoever minds it: only people are online.
    const isPerson = summary.kind === "direct" && inbox.faceOf(summary) === undefined
    part(head, "presence").dataset.presence = (isPerson && inbox.other(summary)?.id) || ""
    mark(part(head, "details-link"), "href", true, this.#page.detailsOf(summary.id))
    part(head, "requests").href = summary.requests ? `${this.#page.urlOf(summary.id)}grup/tautan/` : "#"
    for (const element of [part(head, "requests"), part(this.#document, "join-requests")]) showRequests(element, summary, this.#page)
    // Money goes to a person; what is bought of a shop is paid where it is bought.
    this.#showDoings(head, summary.face ? undefined : inbox.other(summary))
    this.#attention.title = `${name} · ${this.#brand}`
  }

  #showDoings(head, other) {
    for (const doing of head.querySelectorAll("[data-part=doing]")) {
      doing.hidden = !other?.id
      doing.href = `${doing.dataset.address}${other?.id ?? ""}`
    }
  }
}
