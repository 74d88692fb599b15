import { FakeUploads } from "./fake_uploads.js"

/** A server in memory that speaks docs/protocol.md, over a network as bad as a test wants. */
export class FakeServer {
  epoch = 1
  commands = []
  /** @type {Map<string, any>} */
  conversations = new Map()
  #me = new Map()
  #sockets = new Set()
  /** The socket whose answer carries the hints that its command causes. */
  #asking = null
  #clock
  #random
  /** `hintsLost`, `hintsDoubled`: probabilities; `delay_ms`: at most, each frame on its own, so that hints cross. */
  network = { hintsLost: 0, hintsDoubled: 0, delay_ms: 0 }
  isUp = true
  /** Called with each command before it is done; may throw `{err}` to refuse, or answer "lost" to do it and swallow the answer. */
  before = () => {}

  constructor({ clock, random }) {
    this.#clock = clock
    this.#random = random
    this.uploads = new FakeUploads({ clock })
    this.uploads.changed = (media) => this.#hint(this.sockets.map(({ user }) => user), { on: "media", say: "media.changed", media })
  }

  addConversation(id, users) {
    this.conversations.set(id, {
      id, users, rows: [], rev: 0, last_seq: 0, counted: 0, changed: 0,
      sides: new Map(users.map((user) => [user, { read_seq: 0, read_counted: 0, delivered_seq: 0, draft: "", pinned: false, pin_order: 0, archived: false, marked_unread: false, rev: 0 }])),
    })
    this.#touch(this.conversations.get(id))
  }

  /** What a line of `user` connects to. */
  connect(user) {
    const socket = { user, onmessage: null, onclose: null, isOpen: true, send: (text) => this.#receive(socket, text), close: () => this.#end(socket) }
    this.#sockets.add(socket)
    this.#clock.after(1, () => {
      if (!this.isUp) return this.cut(socket, 1006)
      if (socket.isOpen) this.#down(socket, { ready: { user, epoch: this.epoch, me: this.#meOf(user).rev, now: new Date(this.#clock.now()).toISOString() } })
    })
    return socket
  }

  get sockets() {
    return [...this.#sockets]
  }

  cut(socket, code = 1006) {
    if (!socket.isOpen) return
    this.#end(socket)
    socket.onclose?.({ code })
  }

  cutAll(code = 1006) {
    for (const socket of this.sockets) this.cut(socket, code)
  }

  /** Copy what is there, as an operator does every night. */
  backUp() {
    return structuredClone({ conversations: this.conversations, me: this.#me, changes: this.#changes })
  }

  /** Put back what was copied: every number goes on from there. */
  restore(copy, { epoch = this.epoch + 1 } = {}) {
    this.cutAll()
    const { conversations, me, changes } = structuredClone(copy)
    this.conversations = conversations
    this.#me = me
    this.#changes = changes
    this.epoch = epoch
  }

  // The line.

  #end(socket) {
    socket.isOpen = false
    this.#sockets.delete(socket)
  }

  #down(socket, frame) {
    if (socket.isOpen) socket.onmessage?.({ data: JSON.stringify(frame) })
  }

  #receive(socket, text) {
    if (!socket.isOpen) return
    const { id, do: name, ...fields } = JSON.parse(text)
    if (name === undefined) return
    this.commands.push({ user: socket.user, name, fields })
    this.#clock.after(this.#random() * this.network.delay_ms, () => this.#do(socket, id, name, fields))
  }

  #do(socket, id, name, fields) {
    if (!this.isUp) return
    let answer
    try {
      const isLost = this.before(name, fields, socket) === "lost"
      this.#asking = name === "chat.send" ? { socket, hints: [] } : null
      const ok = this[name](socket.user, fields)
      if (isLost) return this.cut(socket)
      answer = { id, ok: this.#asking?.hints.length ? { ...ok, hints: this.#asking.hints } : ok }
    } catch (thrown) {
      if (!thrown.err) throw thrown
      answer = { id, err: thrown.err }
    } finally {
      this.#asking = null
    }
    this.#clock.after(this.#random() * this.network.delay_ms, () => this.#down(socket, answer))
  }

  #hint(users, hint) {
    for (const socket of this.sockets.filter((one) => users.includes(one.user))) {
      if (socket === this.#asking?.socket) {
        this.#asking.hints.push(hint)
        continue
      }
      if (this.#random() < this.network.hintsLost) continue
      const copies = this.#random() < this.network.hintsDoubled ? 2 : 1
      for (let copy = 0; copy < copies; copy++) {
        this.#clock.after(this.#random() * this.network.delay_ms, () => this.#down(socket, hint))
      }
    }
  }

  // The rows.

  #changes = 0

  #touch(conversation) {
    conversation.changed = this.#changes += 1
  }

  #meOf(user) {
    if (!this.#me.has(user)) this.#me.set(user, { rev: 0 })
    return this.#me.get(user)
  }

  #find(user, id) {
    const conversation = this.conversations.get(id)
    if (!conversation?.users.includes(user)) refuse("chat.conversation_not_found")
    return conversation
  }

  #changeMessage(conversation, row, say) {
    row.rev = conversation.rev += 1
    this.#touch(conversation)
    this.#hint(conversation.users, { on: `chat:${conversation.id}`, rev: row.rev, say, row: structuredClone(row) })
  }

  #changeMine(user, conversation, fields) {
    const me = this.#meOf(user)
    Object.assign(conversation.sides.get(user), fields, { rev: (me.rev += 1) })
    this.#touch(conversation)
    this.#hint([user], { on: "me", rev: me.rev, say: "membership.changed", row: this.#membership(user, conversation) })
    return me.rev
  }

  #membership(user, { id, sides }) {
    const { rev, read_seq, read_counted, draft, pinned, pin_order, archived, marked_unread } = sides.get(user)
    return { kind: "membership", conversation: id, rev, until_seq: null, read_seq, read_counted, own_since: 0, muted_until: null, pinned, hidden_seq: 0, draft, archived, marked_unread, pin_order }
  }

  #members(conversation) {
    return conversation.users.map((user) => {
      const { read_seq, delivered_seq } = conversation.sides.get(user)
      return { user, role: "member", read_seq, delivered_seq }
    })
  }

  summary(user, conversation) {
    const { id, rev, last_seq, counted, rows, users } = conversation
    return structuredClone({
      id, kind: "direct", title: null, rev, last_seq, counted, from_seq: 1, until_seq: null, mentioned_seq: 0,
      last: rows.at(-1) ?? null, members: this.#members(conversation),
      people: users.map((one) => ({ id: one, name: one, handle: one, avatar: null })), mine: this.#membership(user, conversation),
    })
  }

  // The commands.

  ping() {
    return { now: new Date(this.#clock.now()).toISOString() }
  }

  sync(user, { cursor }) {
    const [epoch, stamp] = (cursor ?? "0.0").split(".").map(Number)
    const changed = this.#changedSince(user, epoch === this.epoch ? stamp : 0)
    const page = this.#page(user, changed, 0)
    return { cursor: `${this.epoch}.${this.#changes}`, epoch: this.epoch, me: this.#meOf(user).rev, parts: { conversations: page } }
  }

  "sync.page"(user, { next }) {
    const { since, from } = JSON.parse(next)
    return this.#page(user, this.#changedSince(user, since), from, since)
  }

  #changedSince(user, since) {
    const mine = [...this.conversations.values()].filter((one) => one.users.includes(user) && one.changed >= since)
    return Object.assign(mine.sort((one, other) => (one.id < other.id ? -1 : 1)), { since })
  }

  #page(user, changed, from) {
    const PAGE = 3
    const rows = changed.slice(from, from + PAGE).map((one) => this.summary(user, one))
    return { rows, next: from + PAGE < changed.length ? JSON.stringify({ since: changed.since, from: from + PAGE }) : null }
  }

  "me.changes"(user, { after }) {
    const rows = [...this.conversations.values()]
      .filter((one) => one.users.includes(user) && one.sides.get(user).rev > after)
      .map((one) => this.#membership(user, one))
      .sort((one, other) => one.rev - other.rev)
    return { rev: this.#meOf(user).rev, rows, more: false }
  }

  "media.state"(_user, { media }) {
    return this.uploads.state(media)
  }

  "chat.send"(user, { conversation: id, client_id, body, reply_to = null, attachment = null }) {
    const conversation = this.#find(user, id)
    const known = conversation.rows.find((row) => row.from === user && row.client_id === client_id)
    if (known) return answerOf(known)
    const row = {
      seq: (conversation.last_seq += 1), rev: 0, counted: (conversation.counted += 1), kind: "text", from: user, client_id, body, reply_to,
      card: null, event: null, extras: this.#carried(attachment), edits: 0, edited_at: null, recalled_at: null, reactions: [], sent_at: new Date(this.#clock.now()).toISOString(),
    }
    conversation.rows.push(row)
    this.#changeMessage(conversation, row, "message.posted")
    return answerOf(row)
  }

  #carried(attachment) {
    if (attachment === null) return null
    const photos = attachment.media.map((id) => {
      const { state, width, height, placeholder } = this.uploads.state(id)
      if (state !== "ready") refuse("media.not_ready")
      return { id, width, height, placeholder }
    })
    return { attachment: { type: "photos", photos } }
  }

  #message(user, { conversation: id, seq }) {
    const conversation = this.#find(user, id)
    const row = conversation.rows.find((one) => one.seq === seq)
    if (!row) refuse("chat.message_not_found")
    return { conversation, row }
  }

  "chat.edit"(user, fields) {
    const { conversation, row } = this.#message(user, fields)
    if (row.from !== user) refuse("chat.message_not_yours")
    if (row.recalled_at) refuse("chat.message_recalled")
    if (row.edits === fields.edits + 1 && row.body === fields.body) return { rev: row.rev, edits: row.edits }
    if (row.edits !== fields.edits) refuse("chat.edit_conflict")
    Object.assign(row, { body: fields.body, edits: row.edits + 1 })
    this.#changeMessage(conversation, row, "message.edited")
    return { rev: row.rev, edits: row.edits }
  }

  "chat.recall"(user, fields) {
    const { conversation, row } = this.#message(user, fields)
    if (row.from !== user) refuse("chat.message_not_yours")
    if (row.recalled_at) return { rev: row.rev }
    Object.assign(row, { body: "", reactions: [], recalled_at: new Date(this.#clock.now()).toISOString() })
    this.#changeMessage(conversation, row, "message.recalled")
    return { rev: row.rev }
  }

  "chat.react"(user, fields) {
    const { conversation, row } = this.#message(user, fields)
    if (row.recalled_at) refuse("chat.message_recalled")
    row.reactions = row.reactions
      .map(({ emoji, users }) => ({ emoji, users: users.filter((who) => who !== user) }))
      .filter(({ users }) => users.length > 0)
      .map((one) => ({ ...one, count: one.users.length }))
    if (fields.emoji) row.reactions.push({ emoji: fields.emoji, count: 1, users: [user] })
    this.#changeMessage(conversation, row, "message.reacted")
    return { rev: row.rev }
  }

  "chat.read"(user, { conversation: id, seq }) {
    const conversation = this.#find(user, id)
    const side = conversation.sides.get(user)
    if (seq <= side.read_seq) return { me: side.marked_unread ? this.#changeMine(user, conversation, { marked_unread: false }) : this.#meOf(user).rev }
    const read_counted = conversation.rows.find((row) => row.seq === seq).counted
    const me = this.#changeMine(user, conversation, { read_seq: seq, read_counted, marked_unread: false })
    this.#receipt(conversation, user)
    return { me }
  }

  "chat.delivered"(user, { marks }) {
    for (const [id, seq] of marks) {
      const conversation = this.#find(user, id)
      const side = conversation.sides.get(user)
      side.delivered_seq = Math.max(side.delivered_seq, seq)
      this.#receipt(conversation, user)
    }
    return {}
  }

  #receipt(conversation, user) {
    const { read_seq, delivered_seq } = conversation.sides.get(user)
    this.#touch(conversation)
    this.#hint(conversation.users, { on: `chat:${conversation.id}`, say: "receipt", user, read_seq, delivered_seq })
  }

  "chat.typing"() {
    return {}
  }

  "chat.keep"(user, { conversation: id, ...fields }) {
    if ("pinned" in fields) fields.pin_order = fields.pinned ? 1 + Math.max(0, ...[...this.conversations.values()].map(({ sides }) => sides.get(user)?.pin_order ?? 0)) : 0
    return { me: this.#changeMine(user, this.#find(user, id), fields) }
  }

  "chat.changes"(user, { conversation: id, after }) {
    const PAGE = 5
    const conversation = this.#find(user, id)
    const changed = conversation.rows.filter((row) => row.rev > after).sort((one, other) => one.rev - other.rev)
    const rows = structuredClone(changed.slice(0, PAGE))
    const more = changed.length > PAGE
    return { rev: more ? rows.at(-1).rev : conversation.rev, rows, more, members: this.#members(conversation) }
  }

  "chat.history"(user, { conversation: id, before = Infinity, after = null, limit = 50 }) {
    const conversation = this.#find(user, id)
    const found = conversation.rows.filter((row) => row.seq < before && row.seq > (after ?? 0))
    const rows = structuredClone(after === null ? found.slice(-limit) : found.slice(0, limit))
    return { rev: conversation.rev, rows, more: found.length > limit, quoted: [], members: this.#members(conversation) }
  }

  "chat.messages"(user, { conversation: id, seqs }) {
    return { rows: structuredClone(this.#find(user, id).rows.filter((row) => seqs.includes(row.seq))) }
  }
}

export function refuse(code, retry_after = null) {
  throw { err: { code, message: `Refused: ${code}.`, params: {}, retry_after } }
}

function answerOf({ seq, rev, counted, sent_at }) {
  return { seq, rev, counted, sent_at }
}
