import { Line } from "#lib/line.js"
import { MemoryDatabase } from "#lib/memory_database.js"
import { Outbox } from "#lib/outbox.js"
import { PhotoSender } from "#lib/photo_sender.js"
import { Store } from "#lib/store.js"
import { Uuid7 } from "#lib/uuid7.js"
import { Messenger } from "#chat/messenger.js"

/** A person's device: what it keeps, and the tabs that are open on it. */
export class Device {
  #server
  #clock
  #random
  #channels = new Set()
  #locks = new Map()

  constructor({ user, server, clock, random }) {
    this.user = user
    this.#server = server
    this.#clock = clock
    this.#random = random
    this.database = new MemoryDatabase(Store.TABLES)
  }

  /** Open the page. */
  async open() {
    const tab = { isOpen: true }
    const guarded = Object.assign(Object.create(this.#clock), {
      now: () => this.#clock.now(),
      serverNow: () => this.#clock.serverNow(),
      adopt: () => {},
      after: (ms, work) => this.#clock.after(ms, () => tab.isOpen && work()),
    })
    tab.line = new Line({
      connect: () => (tab.socket = this.#server.connect(this.user)),
      person: this.user,
      clock: guarded,
      random: this.#random,
    })
    tab.channel = this.#channel()
    tab.outbox = new Outbox({
      database: this.#databaseOf(tab),
      line: tab.line,
      exclusive: (name, work) => this.#exclusive(tab, name, work),
      channel: tab.channel,
      clock: guarded,
      random: this.#random,
      prepare: (entry, tools) => {
        const request = (asked) => (tab.isOpen ? this.#server.uploads.request(asked) : new Promise(() => {}))
        return new PhotoSender({ request, line: tab.line, clock: guarded }).prepare(entry, tools)
      },
    })
    tab.messenger = new Messenger({
      me: { id: this.user },
      line: tab.line,
      store: new Store(this.#databaseOf(tab)),
      outbox: tab.outbox,
      clock: guarded,
      uuid7: new Uuid7({ now: () => this.#clock.now(), fill: (bytes) => bytes.map(() => this.#random.below(256)) }),
      random: this.#random,
    })
    tab.close = () => this.#close(tab)
    await tab.messenger.open()
    tab.line.start()
    return tab
  }

  /** The browser ends a page without asking: no socket, no alarm, no further step of what was running; its locks fall free. */
  #close(tab) {
    tab.isOpen = false
    this.#channels.delete(tab.channel)
    if (tab.socket) {
      tab.socket.onmessage = tab.socket.onclose = null
      tab.socket.close()
    }
    for (const [name, queue] of this.#locks) {
      const isHolder = queue[0]?.tab === tab
      const left = queue.filter((one) => one.tab !== tab)
      this.#locks.set(name, left)
      if (isHolder) left[0]?.begin()
    }
  }

  /** Storage as a tab sees it: steps of a page that is gone do not happen any more. */
  #databaseOf(tab) {
    const pass = (method) => (names, work) => {
      if (!tab.isOpen) return new Promise(() => {})
      return this.database[method](names, work)
    }
    return { read: pass("read"), write: pass("write") }
  }

  #channel() {
    const channel = { onmessage: null }
    channel.postMessage = (message) => {
      const data = structuredClone(message)
      for (const other of this.#channels) {
        if (other !== channel) this.#clock.after(1, () => this.#channels.has(other) && other.onmessage?.({ data }))
      }
    }
    this.#channels.add(channel)
    return channel
  }

  /** Web Locks: one at a time, in the order of asking. */
  #exclusive(tab, name, work) {
    const queue = this.#locks.get(name) ?? []
    this.#locks.set(name, queue)
    return new Promise((resolve, reject) => {
      const turn = { tab }
      turn.begin = () => {
        const leave = () => {
          const now = this.#locks.get(name)
          if (now[0] !== turn) return
          now.shift()
          now[0]?.begin()
        }
        work().then(resolve, reject).finally(leave)
      }
      queue.push(turn)
      if (queue[0] === turn) turn.begin()
    })
  }
}
