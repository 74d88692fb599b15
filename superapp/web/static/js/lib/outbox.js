import { Bell } from "#lib/bell.js"
import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * What a person said and the server has not yet answered. It outlives the page, goes out in order, and arrives exactly once.
 *
 * An entry is stored before anybody tries to send it. For one conversation there is one unanswered command at a time, across all
 * tabs, and only an answer takes an entry out: whatever else happens it is sent again, and the server knows it by its `client_id` (or,
 * for changes of a message, by what they set). An entry's `state` is `waiting` (no socket has had it), `handed` (one may have) or
 * `refused` (finally; it stays, with the server's sentence, until the person decides). No DOM here.
 *
 * Photos of a message wait beside it, and go with it when it goes. Before the message is handed to a socket they are brought to the
 * server, which gives them the names that the message then carries as its `attachment`; until then it can still be taken back.
 *
 * @typedef {{
 *   place?: number, client_id: string, conversation: string, do: string, fields: object, state: "waiting" | "handed" | "refused",
 *   written_at: number, problem?: {code: string, message: string},
 *   photos?: {id: string, name: string, width: number, height: number, upload?: string}[],
 * }} Entry
 */
export class Outbox {
  static TABLE = "outbox"
  static PHOTOS = "photos"
  static AGAIN_MIN_MS = 1_000
  static AGAIN_MAX_MS = 60_000

  /** Rings with the id of a conversation whose entries changed. */
  onChange = new Bell()
  /** Rings with an entry and the server's answer to it, in the tab that sent it and in the others. */
  onAnswer = new Bell()
  /** Rings with an entry, the id of a photo of it, and how much of that the server has, from 0 to 1. */
  onProgress = new Bell()

  #database
  #line
  #exclusive
  #channel
  #clock
  #random
  #prepare
  /** @type {Map<string, Entry[]>} */
  #entries = new Map()
  // Shown already, and not yet stored.
  /** @type {Set<Entry>} */
  #adding = new Set()
  /** @type {Map<string, Promise<void>>} */
  #draining = new Map()
  #kicked = new Set()
  #failures = new Map()
  // Photos that are shown already, and not yet stored.
  /** @type {Map<string, Blob>} */
  #unstored = new Map()

  /**
   * @param {{
   *   database: import("#lib/database.js").Database,
   *   line: import("#lib/line.js").Line,
   *   exclusive: (name: string, work: () => Promise<void>) => Promise<void>,
   *   channel: {postMessage: (message: any) => void, onmessage: ((event: {data: any}) => void) | null},
   *   clock: import("#lib/clock.js").Clock,
   *   random?: () => number,
   *   prepare?: (entry: Entry, tools: object) => Promise<object>,
   * }} collaborators `exclusive` lets one tab at a time do the work of that name; `channel` reaches the other tabs; `prepare` brings
   *   the photos of an entry to the server and answers what its command says of them
   */
  constructor({ database, line, exclusive, channel, clock, random = Math.random, prepare = null }) {
    this.#database = database
    this.#line = line
    this.#exclusive = exclusive
    this.#channel = channel
    this.#clock = clock
    this.#random = random
    this.#prepare = prepare
    channel.onmessage = ({ data }) => this.#hearOtherTab(data)
  }

  /** Read what earlier pages left. */
  async open() {
    const entries = await this.#database.read([Outbox.TABLE], ({ outbox }) => outbox.all())
    for (const conversation of new Set(entries.map((entry) => entry.conversation))) {
      this.#show(conversation, entries.filter((entry) => entry.conversation === conversation))
    }
  }

  /** @returns {Entry[]} a conversation's entries, in the order they will go */
  of(conversation) {
    return this.#entries.get(conversation) ?? []
  }

  get all() {
    return [...this.#entries.values()].flat()
  }

  /** Whether anything is still to be sent. */
  get isWaiting() {
    return this.all.some((entry) => entry.state !== "refused")
  }

  /**
   * Take one command over for sending. It is shown at once and sent once it is stored.
   *
   * What it `supersedes` is taken out in the same step, unless a socket may have had it: nobody needs three drafts of one edit.
   *
   * @param {Omit<Entry, "state" | "written_at">} command
   * @param {{supersedes?: (entry: Entry) => boolean, blobs?: Map<string, Blob>}} [options] `blobs` are its photos, by their ids
   */
  async add(command, { supersedes = () => false, blobs = new Map() } = {}) {
    const entry = { ...command, state: "waiting", written_at: this.#clock.serverNow() }
    const { conversation } = entry
    const isReplaced = (one) => one.state !== "handed" && supersedes(one)
    this.#adding.add(entry)
    for (const [id, blob] of blobs) this.#unstored.set(id, blob)
    this.#show(conversation, this.of(conversation).filter((one) => !isReplaced(one)))
    try {
      await this.#change(conversation, async (outbox, entries, photos) => {
        for (const [id, blob] of blobs) await photos.put({ id, blob })
        for (const one of entries) if (isReplaced(one)) await outbox.delete(one.place)
        await outbox.put(entry)
      })
    } catch (failure) {
      // This device keeps nothing any more (its disk is full): what cannot be kept is not taken over.
      this.#adding.delete(entry)
      this.#show(conversation, this.of(conversation).filter((one) => one !== entry))
      throw failure
    } finally {
      for (const id of blobs.keys()) this.#unstored.delete(id)
    }
    this.#adding.delete(entry)
    this.send(conversation)
  }

  /** A photo of an entry, or undefined if this device has it no more. */
  async photo(id) {
    if (this.#unstored.has(id)) return this.#unstored.get(id)
    return (await this.#database.read([Outbox.PHOTOS], ({ photos }) => photos.get(id)))?.blob
  }

  /** Take one photo out of a message, and the message with its last one. Answers whether that was still possible. */
  dropPhoto(conversation, clientId, id) {
    return this.#change(conversation, async (outbox, entries) => {
      const entry = entries.find((one) => one.client_id === clientId)
      if (!entry || entry.state === "handed") return false
      const photos = entry.photos.filter((photo) => photo.id !== id)
      if (photos.length === 0) await outbox.delete(entry.place)
      else await outbox.put({ ...unprepared(entry), photos })
      return true
    })
  }

  /** Change what a command will say. Answers whether that was still possible: no socket has had it. */
  rewrite(conversation, clientId, fields) {
    return this.#change(conversation, async (outbox, entries) => {
      const entry = entries.find((one) => one.client_id === clientId)
      if (entry?.state !== "waiting") return false
      await outbox.put({ ...entry, fields: { ...entry.fields, ...fields } })
      return true
    })
  }

  /** Take out an entry that no socket has had, or that was refused. Answers whether it could still be taken out. */
  discard(conversation, clientId) {
    return this.#change(conversation, async (outbox, entries) => {
      const entry = entries.find((one) => one.client_id === clientId)
      if (!entry || entry.state === "handed") return false
      await outbox.delete(entry.place)
      return true
    })
  }

  /**
   * The server is in another epoch: words still go out, but a number may be another message's now. Changes of messages are taken out,
   * and a message that no socket has had replies to none; one that was handed over stays as the server may know it.
   */
  async forgetNumbers() {
    let entries
    await this.#database.write([Outbox.TABLE], async ({ outbox }) => {
      for (const entry of await outbox.all()) {
        const { reply_to, ...fields } = entry.fields
        if (fields.client_id === undefined) await outbox.delete(entry.place)
        else if (entry.state !== "handed") await outbox.put(unprepared({ ...entry, fields }))
      }
      entries = await outbox.all()
    })
    for (const conversation of new Set([...this.#entries.keys(), ...entries.map((entry) => entry.conversation)])) {
      this.#show(conversation, entries.filter((entry) => entry.conversation === conversation))
      this.#channel.postMessage({ changed: conversation })
    }
  }

  /** Send what waits in a conversation, or see to it that what is sending goes on to the end. */
  send(conversation) {
    if (this.#line.state !== "ready") return
    if (this.#draining.has(conversation)) {
      this.#kicked.add(conversation)
      return
    }
    const draining = this.#exclusive(`outbox ${conversation}`, () => this.#drain(conversation)).finally(() => {
      this.#draining.delete(conversation)
      if (this.#kicked.delete(conversation)) this.send(conversation)
    })
    this.#draining.set(conversation, draining)
  }

  /** Send what waits anywhere; called whenever there is a line again. */
  sendAll() {
    for (const [conversation, entries] of this.#entries) {
      if (entries.some((entry) => entry.state !== "refused")) this.send(conversation)
    }
  }

  // Sending, under the lock of the conversation.

  async #drain(conversation) {
    while (this.#line.state === "ready") {
      const entry = await this.#takeFirst(conversation)
      if (!entry) return
      if (!isPrepared(entry)) {
        if (await this.#bringPhotos(entry)) continue
        return
      }
      let answer
      try {
        answer = await this.#line.ask(entry.do, { conversation, ...entry.fields })
      } catch (failure) {
        if (await this.#settle(entry, failure)) continue
        return
      }
      this.#failures.delete(conversation)
      await this.#answered(entry, answer)
    }
  }

  /**
   * The first entry that may go, marked as handed before any socket has it: what is not marked can safely be taken back. An entry whose
   * photos are not with the server is not marked, since it cannot go yet.
   */
  #takeFirst(conversation) {
    return this.#change(conversation, async (outbox, entries) => {
      const entry = entries.find((one) => one.state !== "refused")
      if (!entry || entry.state === "handed" || !isPrepared(entry)) return entry
      entry.state = "handed"
      await outbox.put(entry)
      return { ...entry, isFirstAttempt: true }
    })
  }

  /** Bring the photos of an entry to the server. Answers whether to look again at what is first now. */
  async #bringPhotos(entry) {
    const { conversation, client_id } = entry
    const isSame = (one) => one.client_id === client_id && one.state === "waiting" && one.photos.length === entry.photos.length
    const stop = new AbortController()
    const unlisten = this.onChange.listen((changed) => changed === conversation && !this.of(conversation).some(isSame) && stop.abort())
    try {
      const fields = await this.#prepare(entry, {
        blobOf: (id) => this.photo(id),
        keep: (id, known) => this.#keepOfPhoto(entry, id, known),
        progress: (id, fraction) => this.onProgress.ring(entry, id, fraction),
        signal: stop.signal,
      })
      await this.#change(conversation, async (outbox, entries) => {
        const now = entries.find(isSame)
        if (now) await outbox.put({ ...now, fields: { ...now.fields, ...fields } })
      })
    } catch (failure) {
      // It was taken back meanwhile, or a photo of it was: what is there now goes on.
      return stop.signal.aborted || this.#settle(entry, failure)
    } finally {
      unlisten()
    }
    this.#failures.delete(conversation)
    return true
  }

  /** Keep what is known of a photo on its way, such as where its upload is, so that another page goes on with it. */
  #keepOfPhoto({ conversation, client_id }, id, known) {
    return this.#change(conversation, async (outbox, entries) => {
      const entry = entries.find((one) => one.client_id === client_id)
      if (!entry) return
      await outbox.put({ ...entry, photos: entry.photos.map((photo) => (photo.id === id ? { ...photo, ...known } : photo)) })
    })
  }

  async #answered(entry, answer) {
    // Whoever shows the entry hears of the answer first, and so never shows neither entry nor message.
    const tell = () => {
      this.onAnswer.ring(entry, answer)
      this.#channel.postMessage({ answered: entry, answer })
    }
    await this.#change(entry.conversation, (outbox) => outbox.delete(entry.place), tell)
  }

  /** Whether the next one may go on: after a final refusal yes, while it is open what became of this one no. */
  async #settle(entry, failure) {
    if (failure instanceof Unanswered) {
      // A line that broke comes back and starts again; one that stays up and does not answer is asked again here.
      if (failure.wasHanded) this.#sendLater(entry.conversation, null)
      else await this.#unhand(entry)
      return false
    }
    if (!(failure instanceof Refused)) throw failure
    if (!failure.isFinal) {
      this.#sendLater(entry.conversation, failure.retryAfter_ms)
      return false
    }
    await this.#change(entry.conversation, async (outbox, entries) => {
      const refused = entries.find((one) => one.place === entry.place)
      if (!refused) return
      refused.state = "refused"
      refused.problem = { code: failure.code, message: failure.message }
      // It is the photos themselves: whoever tries again brings them anew.
      if (failure.code.startsWith("media.")) refused.photos = refused.photos?.map(({ upload, ...photo }) => photo)
      await outbox.put(refused)
    })
    return true
  }

  /** It was marked, and then there was no line to hand it to. Only true of an entry that no earlier attempt had handed. */
  async #unhand(entry) {
    if (!entry.isFirstAttempt) return
    await this.#change(entry.conversation, async (outbox, entries) => {
      const unsent = entries.find((one) => one.place === entry.place)
      if (!unsent) return
      unsent.state = "waiting"
      await outbox.put(unsent)
    })
  }

  #sendLater(conversation, retryAfter_ms) {
    const failures = this.#failures.get(conversation) ?? 0
    this.#failures.set(conversation, failures + 1)
    const step_ms = Math.min(Outbox.AGAIN_MAX_MS, Outbox.AGAIN_MIN_MS * 2 ** Math.min(failures, 10))
    this.#clock.after(retryAfter_ms ?? step_ms * (0.5 + this.#random()), () => this.send(conversation))
  }

  // Entries as they are stored, and as they are shown.

  /** Change a conversation's entries, all or nothing; then show what is stored, here and in the other tabs. */
  async #change(conversation, work, beforeShown = () => {}) {
    let entries
    const result = await this.#database.write([Outbox.TABLE, Outbox.PHOTOS], async ({ outbox, photos }) => {
      const stored = (await outbox.all()).filter((entry) => entry.conversation === conversation)
      const before = photoIds(stored)
      const result = await work(outbox, stored, photos)
      entries = (await outbox.all()).filter((entry) => entry.conversation === conversation)
      const now = photoIds(entries)
      for (const id of before) if (!now.has(id)) await photos.delete(id)
      return result
    })
    beforeShown()
    this.#show(conversation, entries)
    this.#channel.postMessage({ changed: conversation })
    return result
  }

  async #hearOtherTab({ changed, answered, answer }) {
    if (answered) return this.onAnswer.ring(answered, answer)
    const entries = await this.#database.read([Outbox.TABLE], ({ outbox }) => outbox.all())
    this.#show(changed, entries.filter((entry) => entry.conversation === changed))
    // The other tab may have no line, or be gone.
    if (this.of(changed).some((entry) => entry.state === "waiting")) this.send(changed)
  }

  #show(conversation, stored) {
    const known = new Set(stored.map((entry) => entry.client_id))
    const adding = [...this.#adding].filter((entry) => entry.conversation === conversation && !known.has(entry.client_id))
    const entries = [...stored, ...adding]
    if (entries.length > 0) this.#entries.set(conversation, entries)
    else this.#entries.delete(conversation)
    this.onChange.ring(conversation)
  }
}

/** Whether a command can be said as it stands: the server has the photos of it, if there are any. */
function isPrepared({ photos, fields }) {
  return photos === undefined || fields.attachment !== undefined
}

/** An entry as it was before its photos were brought: the server is asked again whether it has them. */
export function unprepared(entry) {
  if (entry.photos === undefined) return entry
  const { attachment, ...fields } = entry.fields
  return { ...entry, fields }
}

function photoIds(entries) {
  return new Set(entries.flatMap(({ photos = [] }) => photos.map(({ id }) => id)))
}
