import { Bell } from "#lib/bell.js"
import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

const ENDINGS = { 4400: "fault", 4401: "logged_out", 4429: "crowded" }
const TOO_SLOW = 4408
const DRAINED = 4503

/**
 * The one connection to the server, that comes back by itself. No DOM here.
 *
 * Commands go up and are answered, each once or with `Unanswered`; hints come down and are acknowledged by count. `state` is
 * `waiting` (for the next attempt), `connecting`, `ready`, or `ended` with a `reason` (`logged_out`, `crowded`, `fault`).
 */
export class Line {
  static FRAME_BYTES_MAX = 65_536
  static COMMANDS_MAX = 48 // The server lets 64 wait; tabs of the future may want some.
  static ANSWER_MS = 20_000
  static READY_MS = 15_000
  static QUIET_MS = 60_000
  static PING_MS = 10_000
  static WAKE_QUIET_MS = 5_000
  static WAKE_PING_MS = 4_000
  static ACK_EVERY = 20
  static ACK_MS = 1_000
  static RETRY_MIN_MS = 500
  static RETRY_MAX_MS = 30_000
  static STEADY_MS = 5_000

  /** Rings with the `ready` frame's content. */
  onReady = new Bell()
  /** Rings before `onReady` when the server is in another epoch than on the line before: its numbers mean something else. */
  onEpoch = new Bell()
  /** Rings with each hint, in the order they came, those in an answer before it. */
  onHint = new Bell()
  /** Rings when `state` has changed. */
  onState = new Bell()

  state = "waiting"
  /** @type {string | null} */
  reason = null

  #connect
  #person
  #clock
  #random
  #socket = null
  #heard_at = 0
  #ready_at = 0
  #lastReady = null
  #isStarted = false
  #returns_at = 0
  #failures = 0
  #lastId = 0
  /** @type {Map<number, {resolve: Function, reject: Function, stop: () => void}>} */
  #unanswered = new Map()
  /** @type {{frame: object, timeout_ms: number, resolve: Function, reject: Function}[]} */
  #queue = []
  #hints = 0
  #acked = 0
  // Names of alarms that are set; each is replaced or called off by name.
  #alarms = new Map()

  /**
   * @param {{
   *   connect: () => WebSocket, person: string, clock: import("#lib/clock.js").Clock, random?: () => number,
   * }} collaborators `person` is whose page this is: to anybody else's session it says nothing
   */
  constructor({ connect, person, clock, random = Math.random }) {
    this.#connect = connect
    this.#person = person
    this.#clock = clock
    this.#random = random
  }

  /** Begin, and go on for ever. Whoever starts it again leans on it, too, and is told if it is ready already; so are the others. */
  start() {
    if (this.state === "ready") this.onReady.ring(this.#readyNow())
    if (this.#isStarted) return
    this.#isStarted = true
    this.#open()
  }

  /** What the `ready` frame would say now. */
  #readyNow() {
    const now = new Date(Date.parse(this.#lastReady.now) + this.#clock.now() - this.#ready_at).toISOString()
    return { ...this.#lastReady, now }
  }

  /**
   * Ask for one thing; the answer means that it is done.
   *
   * @param {string} name
   * @param {object} [fields]
   * @returns {Promise<any>}
   * @throws {Refused} if the server refuses, or the frame would be too large for it
   * @throws {Unanswered} if there is no line, it broke, or nothing came in time
   */
  ask(name, fields = {}, { timeout_ms = Line.ANSWER_MS } = {}) {
    return new Promise((resolve, reject) => {
      if (this.state !== "ready") return reject(new Unanswered({ wasHanded: false }))
      const command = { frame: { do: name, ...fields }, timeout_ms, resolve, reject }
      if (this.#unanswered.size < Line.COMMANDS_MAX) this.#hand(command)
      else this.#queue.push(command)
    })
  }

  /** Ask for what nobody misses if it gets lost. Answers whether it was done. */
  async tell(name, fields = {}) {
    try {
      await this.ask(name, fields)
      return true
    } catch (failure) {
      if (failure instanceof Unanswered || failure instanceof Refused) return false
      throw failure
    }
  }

  /** Wait until there is a line, and no longer than `within_ms`. Answers whether there is one. */
  whenReady(within_ms) {
    if (this.state === "ready") return Promise.resolve(true)
    return new Promise((resolve) => {
      const deafen = this.onState.listen((state) => state === "ready" && end())
      const stop = this.#clock.after(within_ms, () => end())
      const end = () => {
        deafen()
        stop()
        resolve(this.state === "ready")
      }
    })
  }

  /** The world changed for the better (back online, tab shown): try at once, or see whether the line still lives. */
  wake() {
    if (this.state === "waiting") this.#open()
    else if (this.state === "ready" && this.#clock.now() - this.#heard_at > Line.WAKE_QUIET_MS) this.#probe(Line.WAKE_PING_MS)
  }

  /** Somebody uses this window: if it was one too many, it now takes the place of another. */
  use() {
    if (this.state === "ended" && this.reason === "crowded") this.#open()
  }

  /** Part for good. */
  end(reason = null) {
    this.#release()
    this.reason = reason
    this.#become("ended")
  }

  /** The device says that it is offline: what is open will not answer, and a later attempt finds out if that was wrong. */
  lose() {
    if (this.state !== "ended") this.#break()
  }

  // Connecting and parting.

  #open() {
    this.#release()
    this.#become("connecting")
    let socket
    try {
      socket = this.#connect()
    } catch (refusal) {
      // A browser throws where the address or a policy forbids it; to people that is a line that does not come up.
      return this.#break()
    }
    this.#socket = socket
    socket.onmessage = (event) => this.#hear(event.data)
    socket.onclose = (event) => this.#closed(event.code)
    this.#alarm("ready", Line.READY_MS, () => this.#break())
  }

  #closed(code) {
    const reason = ENDINGS[code]
    if (reason) return this.end(reason)
    if (code === TOO_SLOW) return this.#open()
    if (code === DRAINED) return this.#break(Math.max(0, this.#returns_at - this.#clock.now()))
    this.#break()
  }

  /** Let go of what is there and try again after a while. */
  #break(wait_ms = null) {
    const lived_ms = this.#ready_at ? this.#clock.now() - this.#ready_at : 0
    if (lived_ms > Line.STEADY_MS) this.#failures = 0
    this.#release()
    this.#become("waiting")
    this.#alarm("retry", wait_ms ?? this.#backOff_ms(), () => this.#open())
  }

  #backOff_ms() {
    const step_ms = Math.min(Line.RETRY_MAX_MS, Line.RETRY_MIN_MS * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    return step_ms * (0.5 + this.#random())
  }

  /** Forget the socket, its alarms and its commands: none of them will be answered any more. */
  #release() {
    for (const stop of this.#alarms.values()) stop()
    this.#alarms.clear()
    const socket = this.#socket
    this.#socket = null
    this.#ready_at = this.#hints = this.#acked = 0
    if (socket) {
      socket.onmessage = socket.onclose = null
      socket.close()
    }
    const lost = [...this.#unanswered.values()]
    const unsent = this.#queue
    this.#unanswered = new Map()
    this.#queue = []
    for (const { reject, stop } of lost) {
      stop()
      reject(new Unanswered({ wasHanded: true }))
    }
    for (const { reject } of unsent) reject(new Unanswered({ wasHanded: false }))
  }

  #become(state) {
    if (this.state === state) return
    this.state = state
    if (state !== "ended") this.reason = null
    this.onState.ring(state)
  }

  // What comes down.

  #hear(text) {
    this.#heard_at = this.#clock.now()
    const frame = JSON.parse(text)
    if ("id" in frame) this.#answer(frame)
    else if (frame.ready) this.#ready(frame.ready)
    else if (frame.drain) this.#drain(frame.drain)
    else if (frame.on) this.#hint(frame)
  }

  #ready(ready) {
    // Meanwhile somebody else logged in on this device.
    if (ready.user !== this.#person) return this.end("logged_out")
    this.#alarms.get("ready")?.()
    this.#ready_at = this.#clock.now()
    this.#become("ready")
    this.#listenForSilence()
    const isOtherEpoch = this.#lastReady !== null && ready.epoch !== this.#lastReady.epoch
    this.#lastReady = ready
    if (isOtherEpoch) this.onEpoch.ring()
    this.onReady.ring(ready)
  }

  #drain({ in_ms, jitter_ms }) {
    const wait_ms = in_ms + this.#random() * jitter_ms
    this.#returns_at = this.#clock.now() + wait_ms
    this.#alarm("drain", wait_ms, () => this.#open())
  }

  #hint(hint) {
    this.#hints += 1
    if (this.#hints - this.#acked >= Line.ACK_EVERY) this.#acknowledge()
    else if (!this.#alarms.has("ack")) this.#alarm("ack", Line.ACK_MS, () => this.#acknowledge())
    this.onHint.ring(hint)
  }

  #acknowledge() {
    this.#alarms.get("ack")?.()
    this.#alarms.delete("ack")
    this.#acked = this.#hints
    this.#socket.send(JSON.stringify({ ack: this.#hints }))
  }

  #answer({ id, ok, err }) {
    const waiting = this.#unanswered.get(id)
    if (waiting) {
      this.#unanswered.delete(id)
      waiting.stop()
      if (err) waiting.reject(new Refused(err))
      else waiting.resolve(ok)
      this.#handNext()
    }
    // What a command caused comes with its answer and nowhere else, be it too late for whoever asked. Who still waits
    // goes on after this turn, and so after the hints.
    for (const hint of ok?.hints ?? []) this.onHint.ring(hint)
  }

  // What goes up.

  #hand({ frame, timeout_ms, resolve, reject }) {
    const id = (this.#lastId += 1)
    const text = JSON.stringify({ id, ...frame })
    if (new TextEncoder().encode(text).length > Line.FRAME_BYTES_MAX) {
      return reject(new Refused({ code: "frame_too_large", message: "" }))
    }
    const stop = this.#clock.after(timeout_ms, () => this.#late(id, timeout_ms))
    this.#unanswered.set(id, { resolve, reject, stop })
    this.#socket.send(text)
  }

  #late(id, timeout_ms) {
    const { reject } = this.#unanswered.get(id)
    this.#unanswered.delete(id)
    reject(new Unanswered({ wasHanded: true }))
    // A slow server is left alone, a dead line is not.
    if (this.state === "ready" && this.#clock.now() - this.#heard_at >= timeout_ms) this.#break()
    else this.#handNext()
  }

  #handNext() {
    if (this.#queue.length > 0) this.#hand(this.#queue.shift())
  }

  // Is anybody there? Pings of the server are not shown to pages.

  #listenForSilence() {
    const quiet_ms = this.#clock.now() - this.#heard_at
    if (quiet_ms >= Line.QUIET_MS) return this.#probe(Line.PING_MS)
    this.#alarm("silence", Line.QUIET_MS - quiet_ms, () => this.#listenForSilence())
  }

  async #probe(timeout_ms) {
    const socket = this.#socket
    try {
      await this.ask("ping", {}, { timeout_ms })
    } catch (failure) {
      // Any answer shows life; none does not, unless another line has taken the place of this one meanwhile.
      if (failure instanceof Unanswered && this.#socket === socket && socket) return this.#break()
    }
    if (this.#socket === socket && socket) this.#listenForSilence()
  }

  #alarm(name, ms, work) {
    this.#alarms.get(name)?.()
    const stop = this.#clock.after(ms, () => {
      this.#alarms.delete(name)
      work()
    })
    this.#alarms.set(name, stop)
  }
}
