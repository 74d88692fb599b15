/** What `Database` does, for as long as the page lives: for browsers that keep nothing, and for tests. */
export class MemoryDatabase {
  isLasting = false
  #shapes
  /** @type {Map<string, Map<any, any>>} */
  #rows = new Map()
  #counters = new Map()
  #last = Promise.resolve()

  /** @param {Record<string, IDBObjectStoreParameters>} tables */
  constructor(tables) {
    this.#shapes = tables
    for (const name of Object.keys(tables)) {
      this.#rows.set(name, new Map())
      this.#counters.set(name, 0)
    }
  }

  read(names, work) {
    return this.write(names, work)
  }

  /** One at a time, all or nothing. */
  write(names, work) {
    const done = this.#last.then(async () => {
      const before = new Map(names.map((name) => [name, new Map(this.#rows.get(name))]))
      try {
        return await work(Object.fromEntries(names.map((name) => [name, this.#table(name)])))
      } catch (failure) {
        for (const [name, rows] of before) this.#rows.set(name, rows)
        throw failure
      }
    })
    this.#last = done.catch(() => {})
    return done
  }

  #table(name) {
    const rows = this.#rows.get(name)
    const { keyPath, autoIncrement } = this.#shapes[name]
    return {
      get: async (key) => structuredClone(rows.get(key)),
      all: async () => [...rows.values()].map((row) => structuredClone(row)),
      put: async (value) => {
        const row = structuredClone(value)
        if (autoIncrement && row[keyPath] === undefined) {
          row[keyPath] = this.#counters.get(name) + 1
          this.#counters.set(name, row[keyPath])
        }
        rows.set(row[keyPath], row)
        return row[keyPath]
      },
      delete: async (key) => void rows.delete(key),
      clear: async () => rows.clear(),
    }
  }
}
