import { Unanswered } from "#lib/unanswered.js"

const PATIENCE_MS = 10_000

/** What this very page would show now, as data. Whatever is no whole answer is none. */
export async function askData(address = location.pathname + location.search) {
  return (await ask(address, "application/json")).json()
}

/** The page of this address as the server draws it now. */
export async function askPage(address = location.pathname + location.search) {
  return new DOMParser().parseFromString(await (await ask(address, "text/html")).text(), "text/html")
}

async function ask(address, type) {
  let answer
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    answer = await fetch(address, { headers: { Accept: type }, cache: "no-store", signal })
  } catch {
    // No line, or no answer in time: a browser tells them apart by words of its own.
    throw new Unanswered({ wasHanded: true })
  }
  const isWhole = answer.ok && !answer.redirected && answer.headers.get("Content-Type")?.startsWith(type)
  if (!isWhole) throw new Unanswered({ wasHanded: true })
  return answer
}
