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
      else if (action === "copy-place") await this.#copy(`${attachment.latitude}, ${attachment.longitude}`)
    } catch (failure) {
      toastFailure(failure, this.#page.data)
    }
  }

  async #copy(text) {
    toast(this.#page.data.word((await copy(text)) ? "copied" : "not_copied"))
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
    const answers = await Promise.all(
      options.map((_, option) => (row.poll.options[option].count ? this.#messenger.line.ask("chat.voters", { conversation, seq: row.seq, option }) : { rows: [], people: [] })),
    )
    for (const { people } of answers) this.#messenger.inbox.takePeople(people)
    part(dialog, "voters").replaceChildren(...answers.map(({ rows }, option) => this.#votersOf(options[option], row.poll.options[option].count, rows, conversation)))
    dialog.showModal()
  }

  #votersOf(text, count, rows, conversation) {
    const element = clone("voters-template")
    fill(element, "text", text)
    part(element, "count").textContent = this.#page.format.number(count)
    part(element, "people").replaceChildren(
      ...rows.map(({ user }) => {
        const voter = clone("voter-template")
        fill(voter, "name", this.#page.words.name(user, conversation))
        return voter
      }),
    )
    return element
  }
}
