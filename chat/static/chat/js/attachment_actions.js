import { copy } from "#ui/forms.js"
import { clone, fill, part } from "#ui/part.js"
import { toast, toastFailure } from "#ui/toast.js"

/** What is done with the attachment of a message; fetched when it is first done. */
export class AttachmentActions {
  #page
  #messenger

  constructor({ page, messenger }) {
    this.#page = page
    this.#messenger = messenger
  }

  async act(action, conversation, { row }) {
    const { attachment } = row.extras
    try {
      if (action === "voters") await this.#showVoters(conversation, row)
      else if (action === "close-poll") await this.#messenger.line.ask("chat.poll_close", { conversation, seq: row.seq })
      else if (action === "contact") await this.#meet(conversation, row, attachment.user)
      else if (action === "copy-place") await this.#copy(attachment)
    } catch (failure) {
      toastFailure(failure, this.#page.data)
    }
  }

  async #copy({ latitude, longitude }) {
    toast(this.#page.data.word((await copy(`${latitude}, ${longitude}`)) ? "copied" : "not_copied"))
  }

  /** Talk to the person of a card, or ask them to be a contact. */
  async #meet(conversation, row, user) {
    const { inbox, line } = this.#messenger
    if (inbox.contact(user)?.state === "accepted") {
      const { id } = await this.#messenger.conversationWith(user)
      return location.assign(this.#page.urlOf(id))
    }
    const contact = await line.ask("chat.contact_ask", { conversation, seq: row.seq })
    toast(this.#page.data.word(contact.state === "accepted" ? "contact_now" : "contact_asked", { name: row.extras.attachment.name }))
  }

  async #showVoters(conversation, row) {
    const dialog = document.getElementById("voters-dialog")
    const { options } = row.extras.attachment
    const sections = await Promise.all(options.map((text, option) => this.#votersOf(conversation, row, { text, option })))
    part(dialog, "voters").replaceChildren(...sections)
    dialog.showModal()
  }

  /** Who voted for an option, a page at a time. */
  async #votersOf(conversation, { seq, poll }, { text, option }) {
    const element = clone("voters-template")
    const { count } = poll.options[option]
    fill(element, "text", text)
    part(element, "count").textContent = this.#page.format.number(count)
    const add = async (after) => {
      const { rows, people, next } = await this.#messenger.line.ask("chat.voters", { conversation, seq, option, ...(after && { after }) })
      this.#messenger.inbox.takePeople(people)
      part(element, "people").append(...rows.map(({ user }) => this.#voter(user, conversation)))
      part(element, "more").hidden = next === null
      part(element, "more").onclick = () => add(next).catch((failure) => toastFailure(failure, this.#page.data))
    }
    if (count > 0) await add(null)
    return element
  }

  #voter(user, conversation) {
    const element = clone("voter-template")
    fill(element, "name", this.#page.words.name(user, conversation))
    return element
  }
}
