import { showAlbum } from "#chat/album.js"
import { forwardedWord, showAttachment } from "#chat/attachment_view.js"
import { showCard } from "#chat/card_view.js"
import { showBody } from "#chat/formatted_body.js"
import { mentionedNames } from "#chat/mentions.js"
import { addressOf, photosOf } from "#chat/photos.js"
import { countOf } from "#chat/reactions.js"
import { hueOf, showAvatar } from "#ui/avatar.js"
import { clone, fill, mark, part } from "#ui/part.js"

/** One message on the screen: made from the page's own template, and changed only where the message has changed. */
export class MessageView {
  #data
  #words
  #format
  #me
  #clock
  #conversation
  #isGroup
  #keptPhotos

  constructor({ data, words, format, clock, me, keptPhotos, conversation, isGroup }) {
    this.#keptPhotos = keptPhotos
    this.#conversation = conversation
    this.#clock = clock
    this.#data = data
    this.#words = words
    this.#format = format
    this.#me = me
    this.#isGroup = isGroup
  }

  /** The element for an item of a transcript, empty yet. */
  make({ kind }) {
    const templates = { day: "day-template", new: "new-line-template", event: "event-template" }
    return clone(templates[kind] ?? "message-template")
  }

  /** Show an item; `quote` is the message it replies to, undefined while it is not here. */
  show(element, item, quote, now) {
    if (item.kind === "day") this.#showDay(element, item, now)
    else if (item.kind === "new") fill(element, "count", this.#format.number(item.count))
    else if (item.kind === "event") this.#showEvent(element, item)
    else this.#showMessage(element, item, quote)
  }

  #showDay(element, { at, day }, now) {
    element.dataset.day = day
    const words = { today: this.#data.word("today"), yesterday: this.#data.word("yesterday") }
    part(element, "day").dateTime = day
    fill(element, "day", this.#format.dayWords(at, now, words))
  }

  #showEvent(element, { row, at }) {
    element.id = `m-${row.seq}`
    element.dataset.seq = row.seq
    fill(element, "text", this.#words.event(row.event, row.from))
    mark(part(element, "about"), "href", row.reply_to !== null, `#m-${row.reply_to}`)
    part(element, "time").dateTime = new Date(at).toISOString()
    fill(element, "time", this.#format.hour(at))
  }

  #showMessage(element, item, quote) {
    const { row, isMine, state } = item
    if (row.seq !== null) element.id = `m-${row.seq}`
    mark(element, "data-seq", row.seq !== null, row.seq)
    mark(element, "data-client-id", Boolean(row.client_id), row.client_id)
    mark(element, "data-from", true, row.from)
    mark(element, "data-at", true, new Date(item.at).toISOString())
    mark(element, "data-kind", true, item.kind)
    mark(element, "data-mine", isMine)
    mark(element, "data-state", state !== null, state)
    mark(element, "data-starts", item.starts)
    mark(element, "data-ends", item.ends)
    mark(element, "data-starred", Boolean(item.isStarred))
    mark(element, "data-recalled", Boolean(row.recalled_at))
    mark(element, "data-big", item.isBig && !row.recalled_at)
    this.#showSpeaker(element, item)
    this.#showBubble(element, item, quote)
    this.#showProblem(element, item)
    this.#showReactions(element, item)
  }

  /** In a group, the name and the picture of others, once in a run of their messages. */
  #showSpeaker(element, { row, isMine, starts }) {
    const isOfOther = this.#isGroup && !isMine
    mark(element, "data-of-other", isOfOther)
    fill(element, "who", isOfOther && starts ? this.#words.name(row.from) : null)
    part(element, "who").dataset.hue = hueOf(row.from)
    const face = part(element, "face")
    face.hidden = !isOfOther || !starts
    if (face.hidden) return
    if (face.childElementCount === 0) face.append(clone("message-face-template"))
    showAvatar(face, this.#words.person(row.from) ?? { id: row.from }, this.#words.name(row.from))
  }

  #showBubble(element, item, quote) {
    const { row, isMine, state, at } = item
    this.#showQuote(element, row, quote)
    const person = (user) => this.#words.person(user)
    showCard(part(element, "card"), row.card, { moment: (moment) => this.#moment(Date.parse(moment), at), me: this.#me, person })
    fill(element, "forwarded", forwardedWord(row, this.#data))
    const about = { data: this.#data, format: this.#format, me: this.#me, now: this.#clock.serverNow(), person }
    showAttachment(part(element, "attachment"), item, about)
    const photos = photosOf(row)
    mark(element, "data-photos", photos.length > 0)
    showAlbum(part(element, "photos"), photos, { data: this.#data, keptPhotos: this.#keptPhotos, entry: item.entry })
    showBody(part(element, "body"), row.body, mentionedNames(row, (user) => this.#words.givenName(user)))
    fill(element, "recalled", row.recalled_at ? this.#data.word(isMine ? "recalled_mine" : "recalled_theirs") : null)
    part(element, "edited").hidden = row.edits === 0 || Boolean(row.recalled_at)
    const time = part(element, "time")
    time.dateTime = new Date(at).toISOString()
    fill(element, "time", this.#format.hour(at))
    fill(element, "state", state && this.#data.word(`state_${state}`))
  }

  /** A time in a card, which stays for years: with its day, unless that is the day under which the message stands. */
  #moment(at, beside) {
    const hour = this.#format.hour(at)
    return this.#format.day(at) === this.#format.day(beside) ? hour : `${this.#format.dateBeside(at, beside)}, ${hour}`
  }

  #showQuote(element, row, quote) {
    const box = part(element, "quote")
    box.hidden = !row.reply_to || Boolean(row.recalled_at)
    if (box.hidden) return
    box.setAttribute("href", `#m-${row.reply_to}`)
    part(box, "quote-name").textContent = quote ? this.#words.name(quote.from, this.#conversation) : ""
    part(box, "quote-text").textContent = quote ? this.#words.line(quote) : quote === null ? this.#data.word("quote_gone") : "…"
    const [photo] = quote ? photosOf(quote) : []
    const picture = part(box, "quote-photo")
    picture.hidden = !photo?.id
    if (photo?.id) mark(picture, "src", true, addressOf(photo.id, "small"))
  }

  #showProblem(element, { state, entry }) {
    const box = part(element, "problem")
    box.hidden = state !== "failed"
    part(box, "problem-text").textContent = state === "failed" ? entry.problem.message || this.#data.word("photos_not_sent") : ""
  }

  #showReactions(element, { row: { reactions }, reaction }) {
    const list = part(element, "reactions")
    list.hidden = reactions.length === 0
    const known = new Map([...list.children].map((one) => [one.querySelector("[data-emoji]").dataset.emoji, one]))
    const wanted = reactions.map((one) => this.#reaction(known.get(one.emoji), one, one.emoji === reaction))
    if (wanted.length !== list.children.length || wanted.some((one, place) => list.children[place] !== one)) list.replaceChildren(...wanted)
  }

  #reaction(known, { emoji, ...reaction }, isMine) {
    const element = known ?? clone("reaction-template")
    const button = element.querySelector("[data-emoji]")
    button.dataset.emoji = emoji
    button.setAttribute("aria-pressed", `${isMine}`)
    const count = countOf(reaction)
    const names = this.#words.reactors(reaction.users, count, this.#conversation)
    button.setAttribute("aria-label", this.#data.word("reacted", { emoji, names }))
    button.title = names
    fill(button, "emoji", emoji)
    fill(button, "count", count > 1 ? this.#format.number(count) : null)
    return element
  }
}

/** Whether an item has to be shown anew, beside what its element shows. */
export function isChanged({ item: before, quote: quoteBefore }, item, quote) {
  if (!before || quote !== quoteBefore || before.kind !== item.kind) return true
  if (item.kind === "day" || item.kind === "new") return true
  return ["row", "state", "starts", "ends", "entry", "at", "isStarred", "votes", "reaction"].some((field) => before[field] !== item[field])
}
