import { openEmojiPicker } from "#chat/emoji_opener.js"
import { findMentions } from "#chat/mentions.js"
import { PhotoIntake } from "#chat/photo_intake.js"
import { addressOf, photosOf } from "#chat/photos.js"
import { load } from "#ui/load.js"
import { fill, mark, part } from "#ui/part.js"

/**
 * Where a message is written: `<nusa-composer conversation="…">`.
 *
 * What is written is kept at once, sent through the outbox, and never lost: if this device cannot take it, it stays in the field.
 */
export class Composer extends HTMLElement {
  static FEW_LEFT = 200

  #undo = []
  #context = null
  // A question that the page began for me, as about a product: mine only once I change or send it.
  #suggested = ""
  #photos
  #placeholder
  // What is sent waits for what was sent before it, which may still have photos to make smaller.
  #lastSend = Promise.resolve()
  // The names that complete a mention: fetched when the first @ is typed in a group.
  #names = null
  #namesComing = null

  connectedCallback() {
    const conversation = this.getAttribute("conversation")
    if (!conversation) return
    this.conversation = conversation
    const { drafts, inbox } = this.messenger
    const isSuggested = new URLSearchParams(location.search).has("tulis") && !drafts.of(conversation)
    if (drafts.of(conversation)) this.#body.value = drafts.of(conversation)
    this.#suggested = isSuggested ? this.#body.value : ""
    this.#on(part(this, "send"), "click", (event) => this.#send(event))
    this.#on(this.querySelector("form"), "submit", (event) => this.#send(event))
    this.#on(this.#body, "keydown", (event) => this.#key(event))
    this.#on(this.#body, "input", () => this.#written())
    for (const name of ["input", "click"]) this.#on(this.#body, name, () => this.#offerNames())
    // Whoever turns to the button of the same form is about to send it.
    this.#on(this.#body, "blur", ({ relatedTarget }) => relatedTarget?.form === this.#body.form || drafts.tell(conversation))
    this.#on(window, "pagehide", () => drafts.tell(conversation))
    this.#on(part(this, "context-end"), "click", () => this.leave())
    this.#on(part(this, "emoji"), "click", ({ currentTarget }) => openEmojiPicker(this.page, currentTarget, (emoji) => this.#insert(emoji)))
    this.#placeholder = this.#body.placeholder
    this.#photos = new PhotoIntake({
      composer: this,
      data: this.page.data,
      newId: () => this.messenger.newId(),
      changed: () => this.#photosChanged(),
      say: (problem) => this.#say(problem),
    })
    this.#photos.listen((target, name, work) => this.#on(target, name, work))
    const heard = (changed) => (changed === null || changed === conversation) && this.#heard()
    this.#undo.push(inbox.onChange.listen(heard), drafts.onChange.listen(heard))
    this.#heard()
    this.#measure()
  }

  disconnectedCallback() {
    for (const undo of this.#undo) undo()
    this.#undo = []
    if (this.conversation) this.messenger.drafts.tell(this.conversation)
  }

  get #body() {
    return part(this, "body")
  }

  focus() {
    this.#body.focus()
  }

  /** Begin something that goes with a message: photos of the `gallery` or the `camera`. */
  attach(what) {
    if (this.#context?.mode === "edit") this.leave()
    if (["poll", "contact", "location"].includes(what)) return this.#attachMore(what)
    this.#photos.choose(what)
  }

  /** Put an emoji where the cursor was; the picker stays open for the next one. */
  #insert(emoji) {
    const body = this.#body
    body.setRangeText(emoji, body.selectionStart, body.selectionEnd, "end")
    this.#written()
    return true
  }

  async #attachMore(what) {
    const { askChoice, askLocation, askPoll } = await load(() => import("#chat/attachment_forms.js"), this.page.data)
    const { messenger, conversation } = this
    const { data, clock, format } = this.page
    const contacts = messenger.inbox.contacts.filter(({ state }) => state === "accepted")
    const choices = contacts.map(({ user, person }) => ({ key: user, name: person.name, looks: person })).sort((one, other) => one.name.localeCompare(other.name))
    const asked = { poll: () => askPoll({ data, now: () => clock.serverNow() }), location: () => askLocation({ data, format }), contact: () => askChoice({ data, title: data.word("contact_which"), choices, max: 1 }) }
    const given = await asked[what]()
    if (!given) return
    const name = what === "contact" ? choices.find(({ key }) => key === given[0]).name : null
    const attachment = what === "contact" ? { type: "contact", user: given[0] } : given
    await messenger.sendMore(conversation, { attachment }, { attachment: name === null ? attachment : { ...attachment, name } })
    this.dispatchEvent(new CustomEvent("nusa-sent", { bubbles: true }))
  }

  reply(row) {
    this.leave()
    this.#context = { mode: "reply", row }
    this.#showContext(this.#replyTitle(row), this.page.words.line(row))
  }

  #replyTitle({ from }) {
    const { data, words } = this.page
    return from === this.messenger.me.id ? data.word("replying_to_me") : data.word("replying_to", { name: words.name(from, this.conversation) })
  }

  edit(item) {
    this.leave()
    this.#context = { mode: "edit", row: item.row, entry: item.entry, before: this.#body.value }
    this.#body.value = item.row.body
    if (photosOf(item.row).length > 0) this.#body.placeholder = this.page.data.word("photo_caption")
    this.#showContext(this.page.data.word("editing"), this.page.words.line(item.row))
    this.#measure()
  }

  /** Leave the reply or the edit; what was being written before the edit comes back. */
  leave() {
    if (this.#context?.mode === "edit") this.#body.value = this.#context.before
    this.#context = null
    this.#photosChanged()
    part(this, "context").hidden = true
    this.#say(null)
    this.#measure()
  }

  #on(target, name, work) {
    target.addEventListener(name, work)
    this.#undo.push(() => target.removeEventListener(name, work))
  }

  #showContext(name, text) {
    const context = part(this, "context")
    context.dataset.mode = this.#context.mode
    context.hidden = false
    part(context, "context-name").textContent = name
    part(context, "context-text").textContent = text
    const [photo] = photosOf(this.#context.row)
    const picture = part(context, "context-photo")
    picture.hidden = !photo?.id
    if (photo?.id) mark(picture, "src", true, addressOf(photo.id, "small"))
    this.focus()
    this.#body.setSelectionRange(this.#body.value.length, this.#body.value.length)
  }

  #heard() {
    const { inbox, drafts } = this.messenger
    const summary = inbox.get(this.conversation)
    if (summary) {
      const closedBy = inbox.closedBy(summary)
      fill(this, "closed", closedBy && this.page.data.word(closedBy))
      this.querySelector("form").hidden = closedBy !== null
    }
    // A draft from another device comes in while nobody writes here.
    const draft = drafts.of(this.conversation) || this.#suggested
    if (document.activeElement === this.#body || this.#context || this.#body.value === draft) return
    this.#body.value = draft
    this.#measure()
  }

  #key(event) {
    // While a syllable is being composed, Enter belongs to the keyboard.
    if (event.isComposing || this.#names?.takeKey(event)) return
    if (event.key === "Enter" && !event.shiftKey && matchMedia("(pointer: fine)").matches) this.#send(event)
    else if (event.key === "Escape" && this.#context) this.#leaveBy(event)
    else if (event.key === "ArrowUp" && this.#body.value === "" && !this.#context) this.#editLast(event)
  }

  get #isGroup() {
    return this.messenger.inbox.get(this.conversation)?.kind === "group"
  }

  async #offerNames() {
    if (!this.#names && !(this.#isGroup && this.#body.value.includes("@"))) return
    if (!this.#names) {
      this.#namesComing ??= this.#makeNames().finally(() => (this.#namesComing = null))
      this.#names = await this.#namesComing
    }
    this.#names?.update()
  }

  async #makeNames() {
    const { messenger, page, conversation } = this
    try {
      const { MentionField } = await import("#chat/mention_field.js")
      return new MentionField({
        body: this.#body,
        list: part(this, "names"),
        page,
        people: () => messenger.inbox.mentionable(conversation),
        mayAll: () => messenger.inbox.mayMentionAll(conversation),
      })
    } catch (failure) {
      // Without a line names are typed to their end.
      if (messenger.line.state === "ready") throw failure
      return null
    }
  }

  #mentionsIn(body) {
    const { inbox } = this.messenger
    if (!this.#isGroup) return {}
    return findMentions(body, inbox.mentionable(this.conversation), { mayAll: inbox.mayMentionAll(this.conversation) })
  }

  #leaveBy(event) {
    event.stopPropagation()
    this.leave()
  }

  #editLast(event) {
    const last = this.messenger.timeline(this.conversation).messages().findLast((row) => row.from === this.messenger.me.id)
    if (!last || last.recalled_at || last.kind !== "text" || !this.page.mayEdit(last)) return
    event.preventDefault()
    this.edit({ row: last, entry: null })
  }

  #takeSuggestion() {
    if (!this.#suggested) return
    this.#suggested = ""
    // Loading the page again does not begin the question again.
    history.replaceState(history.state, "", location.pathname)
  }

  #photosChanged() {
    this.#body.placeholder = this.#photos.count > 0 ? this.page.data.word("photo_caption") : this.#placeholder
  }

  #written() {
    this.#takeSuggestion()
    this.#say(null)
    this.#measure()
    if (this.#context?.mode === "edit") return
    this.messenger.drafts.write(this.conversation, this.#body.value)
    if (this.#body.value.trim()) this.messenger.typing(this.conversation)
  }

  async #send(event) {
    event.preventDefault()
    const written = this.#body.value
    const body = written.trim()
    const isEdit = this.#context?.mode === "edit"
    // Photos say something without words, too: those that are sent, and those whose caption is taken away.
    if (!body && (isEdit ? photosOf(this.#context.row).length : this.#photos.count) === 0) return
    if ([...body].length > this.#charsMax) return this.#say(this.page.data.word("body_too_long", { max: this.page.format.number(this.#charsMax) }))
    const context = this.#context
    const handed = isEdit ? [] : this.#photos.hand()
    this.#clear()
    const before = this.#lastSend
    const sending = Promise.all([handed, before]).then(([picked]) => this.#hand(body, context, picked))
    this.#lastSend = sending.catch(() => {})
    try {
      await sending
    } catch (failure) {
      // This device could not keep it, so it was not taken over: it stays in the field, and the fault is reported.
      this.#body.value ||= written
      this.#photos.take((await handed).map(({ blob, name }) => new File([blob], name, { type: blob.type })))
      this.#measure()
      this.#say(this.page.data.word("unavailable"))
      throw failure
    }
  }

  #hand(body, context, picked) {
    const { messenger, conversation } = this
    if (context?.mode !== "edit") {
      // What was picked may have turned out to be no photos, and nothing was said of it.
      return body || picked.length > 0 ? messenger.send(conversation, body, context?.row.seq ?? null, picked, this.#mentionsIn(body)) : undefined
    }
    if (body === context.row.body) return undefined
    return context.row.seq === null
      ? messenger.rewrite(conversation, context.row.client_id, body)
      : messenger.edit(conversation, context.row, body)
  }

  #clear() {
    const isEdit = this.#context?.mode === "edit"
    this.leave()
    this.#names?.close()
    if (!isEdit) {
      this.#takeSuggestion()
      this.#body.value = ""
      this.messenger.drafts.write(this.conversation, "")
    }
    this.#measure()
    this.focus()
    if (!isEdit) this.dispatchEvent(new CustomEvent("nusa-sent", { bubbles: true }))
  }

  get #charsMax() {
    return this.page.boot.limits.body_chars
  }

  /** As tall as what is written; the style sheet sets the bounds. */
  #measure() {
    const body = this.#body
    body.style.setProperty("--height", "auto")
    body.style.setProperty("--height", `${body.scrollHeight}px`)
    const left = this.#charsMax - [...body.value].length
    fill(this, "left", left < Composer.FEW_LEFT ? this.page.data.word("chars_left", { count: left }) : null)
  }

  #say(problem) {
    fill(this, "problem", problem)
  }
}
