import { unprepared } from "#lib/outbox.js"

/** What a person says and changes: everything goes through the outbox, so that it holds without a line, and in order. No DOM here. */
export class Speaker {
  #uuid7

  constructor({ outbox, uuid7 }) {
    this.outbox = outbox
    this.#uuid7 = uuid7
  }

  /** Messages of mine that still wait in this conversation. */
  waiting(conversation) {
    return this.outbox.of(conversation).filter((entry) => entry.do === "chat.send")
  }

  /**
   * Send text, and photos with it, each under an id of this device: `{id, name, width, height, blob}`; `mentions` are the fields that
   * `findMentions` finds.
   */
  send(conversation, body, replyTo = null, picked = [], mentions = {}) {
    const fields = { client_id: this.#uuid7.next(), body, ...(replyTo === null ? {} : { reply_to: replyTo }), ...mentions }
    const photos = picked.length > 0 ? { photos: picked.map(({ blob, ...photo }) => photo) } : {}
    const blobs = new Map(picked.map(({ id, blob }) => [id, blob]))
    return this.outbox.add({ client_id: fields.client_id, conversation, do: "chat.send", fields, ...photos }, { blobs })
  }

  /** Send what the server makes a message of, such as a poll: `carried` are its fields, `shown` the extras to show until it is there. */
  sendMore(conversation, carried, shown, body = "") {
    const client_id = this.#uuid7.next()
    const fields = { client_id, body: "", ...carried }
    return this.outbox.add({ client_id, conversation, do: "chat.send", fields, shown: { body, extras: shown } })
  }

  /** Choose in a poll: the numbers of all options that I want. */
  vote(conversation, seq, options) {
    return this.#changeMessage("chat.vote", conversation, { seq, options })
  }

  /** An id for something that this device is about to keep. */
  newId() {
    return this.#uuid7.next()
  }

  /** Send a refused message as a new one, or try a refused change again. */
  retry(refused) {
    const client_id = this.#uuid7.next()
    const entry = unprepared(refused)
    const fields = entry.do === "chat.send" ? { ...entry.fields, client_id } : entry.fields
    const { conversation, photos, shown } = entry
    return this.outbox.add(
      { client_id, conversation, do: entry.do, fields, ...(photos && { photos }), ...(shown && { shown }) },
      { supersedes: (one) => one.client_id === entry.client_id },
    )
  }

  /** Change a message that no socket has had yet. */
  rewrite(conversation, clientId, body) {
    return this.outbox.rewrite(conversation, clientId, { body })
  }

  edit(conversation, row, body) {
    const queued = this.outbox.of(conversation).filter((one) => one.do === "chat.edit" && one.fields.seq === row.seq)
    const handed = queued.filter((one) => one.state === "handed")
    const edits = Math.max(row.edits, ...handed.map((one) => one.fields.edits + 1))
    return this.#changeMessage("chat.edit", conversation, { seq: row.seq, body, edits })
  }

  recall(conversation, seq) {
    return this.#changeMessage("chat.recall", conversation, { seq })
  }

  react(conversation, seq, emoji) {
    return this.#changeMessage("chat.react", conversation, { seq, emoji })
  }

  /** Set my own marks on a message: `hidden`, `starred`. */
  mark(conversation, seq, marks) {
    return this.#changeMessage("chat.mark", conversation, { seq, ...marks })
  }

  #changeMessage(name, conversation, fields) {
    return this.outbox.add(
      { client_id: this.#uuid7.next(), conversation, do: name, fields },
      { supersedes: (one) => one.do === name && one.fields.seq === fields.seq },
    )
  }
}
