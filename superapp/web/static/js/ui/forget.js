import { Database } from "#lib/database.js"
import { Store } from "#lib/store.js"
import { lastPerson } from "#ui/device_store.js"
import { forgetVisitedPages } from "#ui/shell_keeper.js"

const WHO = "/siapa.json"

/**
 * Forget what this device keeps of everybody who is not logged in here any more, be it that they were signed out from another device.
 * What they had not sent yet goes with it: it was theirs alone, and is sent under no other name.
 *
 * @param {string} [shown] whose page this is: of them alone nothing has to be asked
 */
export async function forgetWhoIsGone(shown) {
  const others = (await peopleKept()).filter((person) => person !== shown)
  if (others.length === 0) return
  const now = await whoIsHere()
  if (now === undefined) return
  for (const person of others) if (person !== now) await forgetPerson(person)
}

/** Forget one person: their conversations, their lists, their pages. */
export async function forgetPerson(person) {
  if (lastPerson() === person) localStorage.removeItem("person")
  await forgetVisitedPages()
  await Database.remove(indexedDB, Store.nameFor(person))
}

async function peopleKept() {
  const prefix = Store.nameFor("")
  try {
    const names = (await indexedDB.databases()).map(({ name }) => name)
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  } catch {
    // Some browsers do not list what they keep, or keep nothing.
    return [lastPerson()].filter(Boolean)
  }
}

/** Who is logged in here, null for nobody; undefined without a line. The page itself may be one that the device kept. */
async function whoIsHere() {
  try {
    const answer = await fetch(WHO, { cache: "no-store" })
    return answer.ok ? (await answer.json()).person : undefined
  } catch {
    return undefined
  }
}
