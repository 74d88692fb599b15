import { clone, part } from "#ui/part.js"
import { EmojiIndex, withTone } from "#chat/emoji_index.js"

const RECENT_MAX = 24
const TONES = 6
const NOTE = "emoji"
const STEPS = { ArrowLeft: -1, ArrowRight: 1 }

/** The picker of any emoji, one for the page: by search, by group, the recent ones first. Fetched, with its data, when first opened. */
export class EmojiPicker {
  #element
  #index
  #store
  #data
  #recent
  #tone
  #pick = null
  #opener = null

  constructor({ element, index, store, data, kept }) {
    this.#element = element
    this.#index = index
    this.#store = store
    this.#data = data
    this.#recent = kept?.recent ?? []
    this.#tone = kept?.tone ?? 0
    this.#drawTones()
    this.#drawAll()
    part(element, "search").addEventListener("input", () => this.#search())
    part(element, "tones").addEventListener("click", (event) => this.#chooseTone(event.target.closest("[data-tone]")))
    part(element, "groups").addEventListener("click", (event) => this.#goTo(event.target.closest("[data-group]")))
    part(element, "scroll").addEventListener("click", (event) => this.#chosen(event.target.closest("[data-emoji]")))
    element.addEventListener("keydown", (event) => this.#key(event))
    element.addEventListener("toggle", ({ newState }) => newState === "closed" && this.#closed())
  }

  static async load({ document, boot, store, data }) {
    const answer = await fetch(boot.urls.emoji)
    if (!answer.ok) throw new Error(`no emoji: ${answer.status}`)
    const index = new EmojiIndex(await answer.json(), boot.language)
    const { notes } = await store.load()
    return new EmojiPicker({ element: document.getElementById("emoji-picker"), index, store, data, kept: notes[NOTE] })
  }

  /** Open it at an element; `pick` gets each chosen emoji, and answers whether the picker stays open. */
  open(opener, pick) {
    this.#opener = opener
    this.#pick = pick
    const { left, top } = opener.getBoundingClientRect()
    this.#element.style.setProperty("--x", `${left}px`)
    this.#element.style.setProperty("--y", `${top}px`)
    part(this.#element, "search").value = ""
    this.#drawRecent()
    this.#search()
    this.#element.showPopover()
    part(this.#element, "scroll").scrollTop = 0
    if (matchMedia("(pointer: fine)").matches) part(this.#element, "search").focus()
    else this.#element.focus()
  }

  // Drawing.

  #drawTones() {
    const buttons = [...Array(TONES).keys()].map((tone) => {
      const button = clone("emoji-template")
      button.dataset.tone = tone
      button.setAttribute("aria-label", this.#data.word(`emoji_tone_${tone}`))
      button.textContent = withTone("✋", tone)
      button.setAttribute("aria-pressed", `${tone === this.#tone}`)
      return button
    })
    part(this.#element, "tones").replaceChildren(...buttons)
  }

  #drawAll() {
    for (const { name, emoji } of this.#index.groups) this.#fillGroup(name, emoji)
  }

  #drawRecent() {
    const known = this.#recent.map((emoji) => this.#index.byEmoji.get(emoji)).filter(Boolean)
    this.#fillGroup("recent", known)
  }

  #fillGroup(name, entries) {
    const section = part(this.#element, "all").querySelector(`[data-section="${name}"]`)
    section.hidden = entries.length === 0
    part(section, "emoji").replaceChildren(...entries.map((entry) => this.#button(entry)))
  }

  #button({ emoji, hasTones, label }) {
    const button = clone("emoji-template")
    button.dataset.emoji = emoji
    button.textContent = hasTones ? withTone(emoji, this.#tone) : emoji
    button.setAttribute("aria-label", label)
    button.title = label
    return button
  }

  #search() {
    const query = part(this.#element, "search").value.trim()
    const found = query ? this.#index.search(query) : []
    part(this.#element, "all").hidden = query !== ""
    part(this.#element, "found").hidden = query === ""
    part(this.#element, "found").replaceChildren(...found.map((entry) => this.#button(entry)))
    part(this.#element, "none").hidden = query === "" || found.length > 0
    part(this.#element, "said").textContent = query ? this.#data.word("emoji_found", { count: found.length }) : ""
  }

  // Choosing.

  #chosen(button) {
    if (!button) return
    const { emoji } = button.dataset
    const { hasTones } = this.#index.byEmoji.get(emoji)
    this.#recent = [emoji, ...this.#recent.filter((one) => one !== emoji)].slice(0, RECENT_MAX)
    this.#keep()
    if (!this.#pick(hasTones ? withTone(emoji, this.#tone) : emoji)) this.#element.hidePopover()
  }

  #chooseTone(button) {
    if (!button) return
    this.#tone = Number(button.dataset.tone)
    this.#keep()
    this.#drawTones()
    this.#drawAll()
    this.#drawRecent()
    this.#search()
    part(this.#element, "tones").children[this.#tone].focus()
  }

  #goTo(button) {
    if (!button) return
    part(this.#element, "search").value = ""
    this.#search()
    const section = part(this.#element, "all").querySelector(`[data-section="${button.dataset.group}"]`)
    section.scrollIntoView({ block: "start" })
  }

  #keep() {
    this.#store.note(NOTE, { recent: this.#recent, tone: this.#tone })
  }

  #closed() {
    this.#opener?.focus({ preventScroll: true })
    this.#opener = null
  }

  // The keyboard: arrows go through the emoji, Enter in the search takes the first.

  #key(event) {
    const search = part(this.#element, "search")
    if (event.target === search && event.key === "Enter" && !event.isComposing) {
      event.preventDefault()
      return this.#chosen(part(this.#element, "found").firstElementChild)
    }
    if (event.target === search && event.key === "ArrowDown") return this.#focus(event, this.#shown[0])
    const place = this.#shown.indexOf(event.target)
    if (place < 0) return
    if (STEPS[event.key]) this.#focus(event, this.#shown[place + STEPS[event.key]])
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#focus(event, this.#inNextRow(place, event.key === "ArrowDown" ? 1 : -1) ?? (event.key === "ArrowUp" ? search : undefined))
  }

  /** The one below or above: the first in that direction that begins where this one does. */
  #inNextRow(place, step) {
    const left = this.#shown[place].offsetLeft
    for (let at = place + step; this.#shown[at]; at += step) if (this.#shown[at].offsetLeft === left) return this.#shown[at]
    return undefined
  }

  #focus(event, element) {
    event.preventDefault()
    element?.focus()
  }

  get #shown() {
    const root = part(this.#element, part(this.#element, "found").hidden ? "all" : "found")
    return [...root.querySelectorAll("[data-emoji]")]
  }
}
