import { copy } from "#ui/forms.js"
import { photosOf } from "#chat/photos.js"
import { load } from "#ui/load.js"
import { toast } from "#ui/toast.js"
import { openEmojiPicker } from "#chat/emoji_opener.js"
import { part } from "#ui/part.js"
import { Menu } from "#chat/menu.js"
import { Swipe } from "#chat/swipe.js"

const ATTACHMENT_ACTIONS = ["voters", "close-poll", "contact", "copy-place"]

/** What may be done with a message. One for the whole page. */
export class MessageMenu {
  #menu
  #element
  #dialog
  #page
  #messenger
  #list = null
  #item = null

  constructor({ document, page, messenger }) {
    this.#element = document.getElementById("message-menu")
    this.#dialog = document.getElementById("recall-dialog")
    this.#page = page
    this.#messenger = messenger
    const rowOf = (target) => target.closest("nusa-timeline [data-part=list] > li[data-kind]:not([data-kind=event])")
    new Swipe({ rowOf, reply: (row) => this.#replyTo(row) })
    this.#menu = new Menu({
      element: this.#element,
      rowOf,
      open: (row) => this.#open(row),
      choose: (action, button) => this.#act(action, this.#list, this.#item, button),
    })
    document.addEventListener("click", (event) => this.#clicked(event))
  }

  #clicked(event) {
    const button = event.target.closest("nusa-timeline [data-action]")
    if (!button) return
    const row = button.closest("li[data-kind]")
    const list = button.closest("nusa-timeline")
    const item = list.itemOf(button)
    if (!item) return
    if (button.dataset.action !== "menu") return this.#act(button.dataset.action, list, item, button)
    const { left, bottom } = button.getBoundingClientRect()
    this.#menu.show(row, { x: left, y: bottom }, button)
  }

  #open(row) {
    this.#list = row.closest("nusa-timeline")
    this.#item = this.#list.itemOf(row)
    if (!this.#item) return null
    for (const button of this.#element.querySelectorAll("[data-emoji]")) {
      button.setAttribute("aria-checked", `${this.#isMine(this.#item, button.dataset.emoji)}`)
    }
    return this.#may(this.#item)
  }

  #may({ row, isMine, state, entry }) {
    const may = new Set()
    if (row.recalled_at) return may.add("recall")
    if (row.body) may.add("copy")
    if (row.seq === null) {
      // Nobody but me has it: it can be changed and taken back without anybody knowing.
      if (entry?.state === "waiting") may.add("edit").add("discard")
      return may
    }
    may.add("react").add("react-more").add("reply")
    if (row.kind === "text") may.add("forward")
    if (row.reactions.length > 0) may.add("reactors")
    const isSettled = !entry || state === "failed"
    if (isMine && isSettled && row.kind === "text" && (row.body || photosOf(row).length > 0) && !row.extras?.forwards && this.#page.mayEdit(row)) may.add("edit")
    may.add(this.#isStarred ? "unstar" : "star")
    if (isSettled) may.add("recall")
    if (isMine && this.#messenger.inbox.get(this.#list.conversation)?.kind === "group") may.add("info")
    return may
  }

  #isMine({ reaction }, emoji) {
    return reaction === emoji
  }

  #replyTo(row) {
    if (this.#open(row)?.has("reply")) this.#act("reply", this.#list, this.#item)
  }

  async #act(action, list, item, button) {
    const { conversation } = list
    const { row, entry } = item
    const composer = list.parentElement.querySelector("nusa-composer")
    if (action === "react") return this.#react(conversation, item, button.dataset.emoji)
    if (action === "react-more") return this.#reactWithAny(conversation, item)
    if (action === "reply") return composer.reply(row)
    if (action === "edit") return composer.edit(item)
    if (action === "reactors") return location.assign(`${this.#page.urlOf(conversation)}pesan/${row.seq}/reaksi/`)
    if (action === "info") return location.assign(`${this.#page.urlOf(conversation)}pesan/${row.seq}/`)
    if (action === "retry") return this.#messenger.retry(entry)
    if (action === "drop-photo") return this.#messenger.outbox.dropPhoto(conversation, entry.client_id, button.closest("[data-photo]").dataset.photo)
    if (action === "discard") return this.#messenger.outbox.discard(conversation, entry.client_id)
    if (action === "copy") return toast(this.#page.data.word((await copy(row.body)) ? "copied" : "not_copied"))
    if (action === "star" || action === "unstar") return this.#messenger.mark(conversation, row.seq, { starred: action === "star" })
    if (action === "vote") return this.#vote(conversation, item, Number(button.dataset.option))
    if (ATTACHMENT_ACTIONS.includes(action)) return this.#actOnAttachment(action, conversation, item)
    if (action === "forward") return this.#forward(conversation, row)
    if (action === "versions") return this.#showVersions(conversation, row)
    if (action === "recall") return this.#remove(conversation, item)
  }

  get #isStarred() {
    return Boolean(this.#item.isStarred)
  }

  #reactWithAny(conversation, item) {
    const opener = part(document.getElementById(`m-${item.row.seq}`), "more")
    return openEmojiPicker(this.#page, opener, (emoji) => {
      this.#react(conversation, item, emoji)
      return false
    })
  }

  #vote(conversation, { row, votes }, option) {
    const others = row.extras.attachment.several ? votes.filter((one) => one !== option) : []
    return this.#messenger.vote(conversation, row.seq, votes.includes(option) ? others : [...others, option].sort((one, other) => one - other))
  }

  async #actOnAttachment(action, conversation, item) {
    const { AttachmentActions } = await load(() => import("#chat/attachment_actions.js"), this.#page.data)
    return new AttachmentActions({ page: this.#page, messenger: this.#messenger }).act(action, conversation, item)
  }

  async #forward(conversation, row) {
    const { forward } = await load(() => import("#chat/forwarding.js"), this.#page.data)
    return forward({ page: this.#page, messenger: this.#messenger, conversation, row })
  }

  async #showVersions(conversation, row) {
    const { showVersions } = await load(() => import("#chat/message_versions.js"), this.#page.data)
    return showVersions({ page: this.#page, line: this.#messenger.line, conversation, row })
  }

  /** Delete for everyone, while that is possible, or for me alone. */
  async #remove(conversation, { row, isMine }) {
    const mayRecall = isMine && !row.recalled_at && this.#page.mayRecall(row)
    for (const element of this.#dialog.querySelectorAll("[data-for=everyone]")) element.hidden = !mayRecall
    const choice = await this.#choice()
    if (choice === "yes") return this.#messenger.recall(conversation, row.seq)
    if (choice === "mine") return this.#hide(conversation, row)
  }

  /** What was deleted for me alone comes back by one key, for a moment: the message that had the focus is gone. */
  #hide(conversation, { seq }) {
    const { data } = this.#page
    const mark = (hidden) => this.#messenger.mark(conversation, seq, { hidden })
    mark(true)
    toast(data.word("hidden_for_me"), { word: data.word("undo"), run: () => mark(false) }).focus({ preventScroll: true })
  }

  #react(conversation, item, emoji) {
    return this.#messenger.react(conversation, item.row.seq, this.#isMine(item, emoji) ? null : emoji)
  }

  #choice() {
    this.#dialog.returnValue = ""
    this.#dialog.showModal()
    return new Promise((resolve) => {
      this.#dialog.addEventListener("close", () => resolve(this.#dialog.returnValue), { once: true })
    })
  }
}
