import { Bell } from "#lib/bell.js"
import { Sync } from "#lib/sync.js"
import { Topic } from "#lib/topic.js"
import { Drafts } from "#chat/drafts.js"
import { Inbox } from "#chat/inbox.js"
import { Marks } from "#chat/marks.js"
import { Speaker } from "#chat/speaker.js"
import { Summary } from "#chat/summary.js"
import { Timeline } from "#chat/timeline.js"

/**
 * One person's conversations, live: what comes down the line goes to the model it concerns, and what they say goes to the outbox.
 * No DOM here.
 */
export class Messenger extends Speaker {
  static LIVE_TIMELINES_MAX = 30
  static KEEP_MS = 500
  static TYPING_EVERY_MS = 3_000
  static RESUME_JITTER_MS = 3_000
  // What is dropped when it is refused, once the person knows.
  static NOT_KEPT = ["chat.react", "chat.mark", "chat.vote"]

  /** Rings when everything was read once more. */
  onComplete = new Bell()
  /** Rings with (conversation, row) for a message of somebody else that came while the page is open. */
  onArrival = new Bell()
  /** Rings with (conversation, entry) when a command other than a message was finally refused. */
  onRefusal = new Bell()

  #line
  #store
  #clock
  #random
  #sync
  #meTopic
  /** @type {Map<string, Timeline>} */
  #timelines = new Map()
  #keepStops = new Map()
  #reading = null
  #wantedOffline = new Set()
  #typed_at = new Map()
  #reported = new Set()

  /**
   * @param {{
   *   me: {id: string},
   *   line: import("#lib/line.js").Line,
   *   store: import("#lib/store.js").Store,
   *   outbox: import("#lib/outbox.js").Outbox,
   *   clock: import("#lib/clock.js").Clock,
   *   uuid7: import("#lib/uuid7.js").Uuid7,
   *   random?: () => number,
   * }} collaborators
   */
  constructor({ me, line, store, outbox, clock, uuid7, random }) {
    super({ outbox, uuid7 })
    this.me = me
    this.#line = line
    this.#store = store
    this.#clock = clock
    this.#random = random
    this.inbox = new Inbox({
      me,
      clock,
      keep: (summaries) => store.keepSummaries(summaries, Summary.merge),
      written_at: (conversation) => this.waiting(conversation).at(-1)?.written_at ?? 0,
    })
    this.marks = new Marks({ line, clock })
    this.drafts = new Drafts({ line, store, clock })
    this.#meTopic = new Topic({
      apply: (row) => this.#takeMine(row),
      changesAfter: (after) => line.ask("me.changes", { after }),
      startOver: () => this.#sync.startOver(),
      advanced: () => store.note("me", this.#meTopic.rev),
      clock,
      random,
    })
    line.onReady.listen((ready) => this.#ready(ready))
    line.onHint.listen((hint) => this.#hear(hint))
    outbox.onAnswer.listen((entry, answer) => this.#answered(entry, answer))
    outbox.onChange.listen((conversation) => this.#reportRefused(conversation))
  }

  get clock() {
    return this.#clock
  }

  get line() {
    return this.#line
  }

  /** Whether everything was read while this page is open: only then is an empty list known to be empty. */
  isComplete = false

  /** Take what this device kept; to be called once, before the line is started. */
  async open() {
    const { notes, summaries, drafts } = await this.#store.load()
    this.inbox.takeContacts(notes.contacts ?? [])
    this.takeSummaries(summaries)
    this.drafts.open(drafts)
    if (notes.me !== undefined && notes.cursor !== undefined) this.#meTopic.adopt(notes.me)
    this.#sync = new Sync({
      line: this.#line,
      parts: {
        conversations: (rows) => this.#takeChanged(rows),
        contacts: (rows) => this.#takeContacts(rows),
        people: (rows) => this.inbox.takePeople(rows),
      },
      takeMe: (rev, isFirst) => this.#takeMe(rev, isFirst),
      keep: (cursor, epoch) => this.#keepCursor(cursor, epoch),
      forget: (epoch) => this.#forget(epoch),
      clock: this.#clock,
      random: this.#random,
      cursor: this.#meTopic.rev === null ? null : notes.cursor,
      epoch: notes.epoch ?? null,
    })
    await this.outbox.open()
  }

  takeSummaries(summaries) {
    for (const { id, mine } of summaries) if (mine) this.#hearDraft(id, mine)
    return this.inbox.takeSummaries(summaries)
  }

  /** The tab is looked at again: much may have happened. */
  wake() {
    if (this.#line.state === "ready") this.#sync?.soon()
  }

  // Conversations.

  /** The live messages of a conversation, from this device at once, and then from the server. */
  timeline(conversation) {
    const known = this.#timelines.get(conversation)
    if (known) {
      // Most recently used last.
      this.#timelines.delete(conversation)
      this.#timelines.set(conversation, known)
      return known
    }
    const timeline = new Timeline({ conversation, line: this.#line, clock: this.#clock, random: this.#random })
    this.#timelines.set(conversation, timeline)
    timeline.onChange.listen(() => this.#timelineChanged(timeline))
    timeline.onMembers.listen((members, people) => {
      this.inbox.takePeople(people)
      this.inbox.takeMembers(conversation, members)
    })
    this.#fill(timeline)
    this.#letOldTimelinesGo()
    return timeline
  }

  /** The conversation with a contact, opened if there was none. */
  async conversationWith(user) {
    const summary = await this.#line.ask("chat.open", { user })
    this.takeSummaries([summary])
    return summary
  }

  /** Move a pinned conversation above another pinned one, or below it. Answers whether it is there. */
  movePinned(conversation, beside, isBelow) {
    return this.#line.tell("chat.pin_move", { conversation, beside, below: isBelow })
  }

  /** Keep my side of a conversation: `muted_until`, `pinned`, `hidden`, `archived`, `marked_unread`. Answers whether it is kept. */
  keep(conversation, fields) {
    return this.#line.tell("chat.keep", { conversation, ...fields })
  }

  /** The conversation that is looked at is read as far as it is seen; opening it ends that it was marked as unread. */
  seen(conversation, seq, { isOpening = false } = {}) {
    const mine = this.inbox.get(conversation)?.mine
    const again = isOpening && Boolean(mine?.marked_unread)
    if (!mine || seq > mine.read_seq || again) this.marks.read(conversation, seq, { again })
  }

  /** I am writing; the others are told now and then. */
  typing(conversation) {
    const now = this.#clock.now()
    if (this.#line.state !== "ready" || now - (this.#typed_at.get(conversation) ?? 0) < Messenger.TYPING_EVERY_MS) return
    this.#typed_at.set(conversation, now)
    this.#line.tell("chat.typing", { conversation })
  }

  // What comes down.

  async #ready({ now, epoch }) {
    this.#clock.adopt(now)
    // Before anything is sent or asked for by a number of the epoch before.
    if (epoch !== this.#sync.epoch) await this.#sync.learn(epoch)
    this.#sync.run()
    for (const timeline of this.#timelines.values()) this.#catchUp(timeline)
    this.#meTopic.heal()
    this.outbox.sendAll()
    this.marks.heal()
    this.drafts.heal()
  }

  #catchUp(timeline) {
    const rev = this.inbox.get(timeline.conversation)?.rev ?? 0
    return timeline.isLoaded ? timeline.reach(rev) : timeline.load()
  }

  #hear(hint) {
    if (hint.on === "me") return this.#meTopic.hear(hint.rev, hint.row)
    // What was lost between the processes of the server is read again, not by everybody at once.
    if (hint.on === "bus") return this.#sync.soon(Messenger.RESUME_JITTER_MS)
    if (hint.on === "people") return this.inbox.takePeople([hint.person])
    if (hint.on === "faces") return this.inbox.takeFace(hint.face)
    const [kind, conversation] = hint.on.split(":")
    if (kind !== "chat") return
    if (hint.rev !== undefined) this.#hearMessage(conversation, hint)
    else if (hint.say === "receipt") this.inbox.takeReceipt(conversation, hint)
    else if (hint.say === "group.changed") this.inbox.takeGroup(conversation, hint.group)
    else if (hint.say === "requests.changed") this.#sync.soon()
    else if (hint.say === "typing") this.inbox.takeTyping(conversation, hint.user, hint.for_ms)
  }

  #hearMessage(conversation, { rev, say, row }) {
    const found = this.inbox.takeMessage(conversation, row)
    // An event of a group may have changed its members, their roles and its state.
    const isOfGroup = row.kind === "event" && this.inbox.get(conversation)?.kind === "group"
    if (found !== "next" || (isOfGroup && say === "message.posted")) this.#sync.soon()
    const isFromOther = say === "message.posted" && row.from !== this.me.id
    // What comes is read to its end and kept, so that it can be opened later without a line, and may be called delivered.
    const timeline = this.#timelines.get(conversation) ?? (isFromOther && found !== "unknown" && this.timeline(conversation))
    if (timeline) timeline.hear(rev, row)
    if (isFromOther) this.onArrival.ring(conversation, row)
  }

  /** A page may have been written before the draft was sent, and come after this device heard that it was. */
  #hearDraft(conversation, { draft, rev }) {
    if (rev >= (this.inbox.get(conversation)?.mine?.rev ?? 0)) this.drafts.hear(conversation, draft)
  }

  #takeMine(row) {
    if (row.kind === "membership") {
      this.#hearDraft(row.conversation, row)
      if (!this.inbox.takeMembership(row)) this.#sync?.soon()
    } else if (row.kind === "contact") {
      this.#takeContacts([row])
    } else if (row.kind === "mark") {
      this.#takeMark(row)
    } else if (row.kind === "profile") {
      this.inbox.takePeople([{ id: row.user, name: row.name, handle: row.handle, avatar: row.avatar }])
    }
  }

  #answered(entry, answer) {
    if (answer.mark) this.#takeMark(answer.mark)
    if (entry.do !== "chat.mark") this.#timelines.get(entry.conversation)?.settle(entry, answer)
  }

  #takeMark(mark) {
    this.timeline(mark.conversation).takeMark(mark)
    // What stands in the list now is said by the server.
    if (this.inbox.takeMark(mark)) this.#line.ask("chat.conversation", { conversation: mark.conversation }).then(
      (summary) => this.takeSummaries([summary]),
      () => this.#sync.soon(),
    )
  }

  #takeContacts(rows) {
    this.inbox.takeContacts(rows)
    return rows.length > 0 ? this.#store.note("contacts", this.inbox.contacts) : undefined
  }

  async #takeChanged(rows) {
    const summaries = this.takeSummaries(rows)
    await this.#store.keepSummaries(summaries, Summary.merge)
    for (const summary of summaries) {
      const timeline = this.#timelines.get(summary.id)
      timeline?.reach(summary.rev)
      // It may have been read before its members were known.
      if (timeline?.isLoaded) this.#markDelivered(timeline)
      if (Summary.unread(summary) > 0) this.#wantedOffline.add(summary.id)
    }
    this.#reading ??= this.#readAhead().finally(() => (this.#reading = null))
  }

  async #takeMe(rev, isFirst) {
    if (isFirst || this.#meTopic.rev === null) {
      this.#meTopic.adopt(rev)
      await this.#store.note("me", rev)
    } else {
      await this.#meTopic.reach(rev)
    }
  }

  async #keepCursor(cursor, epoch) {
    await this.#store.keepCursor(cursor, epoch)
    this.isComplete = true
    this.onComplete.ring()
  }

  /** The server is in another epoch: what it told me may never have been, and its numbers mean something else. What I wrote stays. */
  async #forget(epoch) {
    this.isComplete = false
    this.marks.forget()
    if (await this.#store.renew(epoch)) await this.outbox.forgetNumbers()
    this.inbox.forget()
    this.#meTopic.forget()
    for (const timeline of this.#timelines.values()) timeline.startOver()
  }

  /** A reaction or a mark that is refused is not worth keeping; the person is told why, once. */
  #reportRefused(conversation) {
    for (const entry of this.outbox.of(conversation)) {
      if (!Messenger.NOT_KEPT.includes(entry.do) || entry.state !== "refused" || this.#reported.has(entry.client_id)) continue
      this.#reported.add(entry.client_id)
      this.onRefusal.ring(entry)
      this.outbox.discard(conversation, entry.client_id)
    }
  }

  // Timelines, and what this device keeps of them.

  async #fill(timeline) {
    const record = await this.#store.timeline(timeline.conversation)
    if (record && record.epoch === this.#sync?.epoch && !timeline.isLoaded) timeline.adoptRecord(record)
    if (this.#line.state === "ready") await this.#catchUp(timeline)
  }

  #timelineChanged(timeline) {
    const { conversation } = timeline
    if (!timeline.isLoaded) return
    this.#markDelivered(timeline)
    if (this.#keepStops.has(conversation)) return
    const stop = this.#clock.after(Messenger.KEEP_MS, () => {
      this.#keepStops.delete(conversation)
      if (timeline.isLoaded) this.#store.keepTimeline({ ...timeline.record(), epoch: this.#sync.epoch, used_at: this.#clock.now() })
    })
    this.#keepStops.set(conversation, stop)
  }

  #markDelivered(timeline) {
    const own = this.inbox.get(timeline.conversation)?.members.find((member) => member.user === this.me.id)
    const heard = timeline.highOfOthers(this.me.id)
    if (own && heard > own.delivered_seq) this.marks.delivered(timeline.conversation, heard)
  }

  #letOldTimelinesGo() {
    for (const [conversation, timeline] of this.#timelines) {
      if (this.#timelines.size <= Messenger.LIVE_TIMELINES_MAX) return
      // Whoever is shown on the screen listens besides us.
      if (timeline.isShown) continue
      this.#timelines.delete(conversation)
    }
  }

  /** Read what is unread, one conversation after the other, so that it is here when the line is not. */
  async #readAhead() {
    for (const conversation of this.#wantedOffline) {
      if (this.#line.state !== "ready") return
      this.#wantedOffline.delete(conversation)
      const timeline = this.timeline(conversation)
      await this.#catchUp(timeline)
    }
  }
}
