import { Database } from "#lib/database.js"
import { MemoryDatabase } from "#lib/memory_database.js"
import { Store } from "#lib/store.js"

const PERSON = "person"

/** Who used this device last, as far as it remembers. */
export function lastPerson() {
  return localStorage.getItem(PERSON)
}

/** Open what this device keeps for a person, or something that lasts as long as the page where nothing can be kept. */
export async function openStore(personId) {
  localStorage.setItem(PERSON, personId)
  try {
    return new Store(await Database.open(indexedDB, Store.nameFor(personId), Store.VERSION, Store.TABLES))
  } catch (failure) {
    // Private windows of some browsers, full disks: it still works, for as long as the page is open.
    console.warn("this device keeps nothing:", failure)
    return new Store(new MemoryDatabase(Store.TABLES))
  }
}
