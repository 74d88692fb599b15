/**
 * Tables of this device that outlive the page: IndexedDB by promises.
 *
 * `write` is all or nothing. The work may await its tables and nothing else: a transaction that is left idle ends by itself.
 */
export class Database {
  /** Whether it is still there when the page is closed. */
  isLasting = true
  #idb

  constructor(idb) {
    this.#idb = idb
    // Another tab logs out, or brings a newer version: do not stand in its way.
    idb.onversionchange = () => idb.close()
  }

  /**
   * @param {IDBFactory} factory
   * @param {string} name
   * @param {number} version
   * @param {Record<string, IDBObjectStoreParameters>} tables
   * @returns {Promise<Database>}
   */
  static open(factory, name, version, tables) {
    return new Promise((resolve, reject) => {
      const opening = factory.open(name, version)
      opening.onupgradeneeded = () => {
        const there = opening.result.objectStoreNames
        for (const [table, shape] of Object.entries(tables)) {
          if (!there.contains(table)) opening.result.createObjectStore(table, shape)
        }
      }
      opening.onsuccess = () => resolve(new Database(opening.result))
      opening.onerror = () => reject(opening.error)
      opening.onblocked = () => reject(new Error(`${name} is held by another version of the page`))
    })
  }

  /** Forget everything that was stored under this name. */
  static remove(factory, name) {
    return new Promise((resolve, reject) => {
      const removing = factory.deleteDatabase(name)
      removing.onsuccess = () => resolve()
      removing.onerror = () => reject(removing.error)
    })
  }

  read(tables, work) {
    return this.#transact(tables, "readonly", work)
  }

  write(tables, work) {
    return this.#transact(tables, "readwrite", work)
  }

  #transact(names, mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.#idb.transaction(names, mode)
      let result
      transaction.oncomplete = () => resolve(result)
      transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"))
      const tables = Object.fromEntries(names.map((name) => [name, new Table(transaction.objectStore(name))]))
      work(tables).then(
        (value) => (result = value),
        (failure) => {
          reject(failure)
          transaction.abort()
        },
      )
    })
  }
}

class Table {
  #store

  constructor(store) {
    this.#store = store
  }

  get(key) {
    return answer(this.#store.get(key))
  }

  all() {
    return answer(this.#store.getAll())
  }

  put(value) {
    return answer(this.#store.put(value))
  }

  delete(key) {
    return answer(this.#store.delete(key))
  }

  clear() {
    return answer(this.#store.clear())
  }
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
