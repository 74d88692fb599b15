import { fold } from "#lib/fold.js"
import { clone, fill, mark, part } from "#ui/part.js"
import { showAvatar } from "#ui/avatar.js"
import { nameBeingTyped } from "#chat/mentions.js"

const SHOWN_MAX = 6
const ALL = { id: "all" }

/** The names that complete a mention while it is typed: a list above the composer of a group. */
export class MentionField {
  #body
  #list
  #page
  #people
  #mayAll
  #shown = []
  #picked = 0

  /**
   * @param {{
   *   body: HTMLTextAreaElement,
   *   list: HTMLElement,
   *   page: import("#chat/page_context.js").PageContext,
   *   people: () => {id: string, name: string}[],
   *   mayAll: () => boolean,
   * }} collaborators `people` are those who can be mentioned; `mayAll` whether I may mention everybody
   */
  constructor({ body, list, page, people, mayAll }) {
    this.#body = body
    this.#list = list
    this.#page = page
    this.#people = people
    this.#mayAll = mayAll
    list.addEventListener("pointerdown", (event) => event.preventDefault())
    list.addEventListener("click", (event) => this.#clicked(event))
  }

  /** What was typed has changed, or the caret has moved. */
  update() {
    const typed = nameBeingTyped(this.#body.value, this.#body.selectionStart)
    this.#shown = typed === null ? [] : this.#find(fold(typed))
    this.#picked = 0
    this.#render()
  }

  /** Take a key that is for the list. Answers whether it was. */
  takeKey(event) {
    if (this.#shown.length === 0) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) this.#picked = (this.#picked + step + this.#shown.length) % this.#shown.length
    else if (event.key === "Enter" || event.key === "Tab") this.#complete(this.#shown[this.#picked])
    else if (event.key === "Escape") this.close()
    else return false
    event.preventDefault()
    event.stopPropagation()
    this.#render()
    return true
  }

  close() {
    this.#shown = []
    this.#render()
  }

  #find(typed) {
    const everybody = { ...ALL, name: this.#page.data.word("mention_all") }
    const people = [...this.#people(), ...(this.#mayAll() ? [everybody] : [])]
    const begins = ({ name }) => fold(name).split(/\s+/).some((_, at, words) => words.slice(at).join(" ").startsWith(typed))
    // A name that was typed to its end is done with.
    return people.filter((one) => one.name && begins(one) && fold(one.name) !== typed).slice(0, SHOWN_MAX)
  }

  #render() {
    const isShown = this.#shown.length > 0
    this.#list.hidden = !isShown
    mark(this.#body, "aria-activedescendant", isShown, `mention-${this.#picked}`)
    mark(this.#body, "aria-expanded", isShown, "true")
    this.#list.replaceChildren(...this.#shown.map((one, place) => this.#option(one, place)))
  }

  #option(person, place) {
    const element = clone("mention-template")
    element.id = `mention-${place}`
    element.dataset.place = place
    mark(element, "aria-selected", place === this.#picked, "true")
    const isAll = person.id === ALL.id
    showAvatar(element, isAll ? { id: "0", avatar: null } : person, isAll ? "@" : person.name)
    fill(element, "name", isAll ? `@${person.name}` : person.name)
    fill(element, "note", isAll ? this.#page.data.word("mention_all_note") : null)
    return element
  }

  #clicked(event) {
    const option = event.target.closest("[data-place]")
    if (option) this.#complete(this.#shown[Number(option.dataset.place)])
  }

  #complete({ name }) {
    const { value, selectionStart: caret } = this.#body
    const typed = nameBeingTyped(value, caret)
    if (typed === null) return
    this.close()
    this.#body.setRangeText(`${name} `, caret - typed.length, caret, "end")
    this.#body.dispatchEvent(new Event("input", { bubbles: true }))
  }
}
