/**
 * Keeps the shell of one version on the device: the hashed files, and pages that know nobody. Pages of somebody logged in are
 * always asked for, and never kept.
 */

const ADDRESS = new URL(location.href).searchParams
const LANGUAGE = ADDRESS.get("l")
const CACHE = `shell ${ADDRESS.get("v")} ${LANGUAGE}`
const LIST = "/shell.json"
// A page that takes longer is as good as none, where the shell can show what the device knows.
const PATIENCE_MS = 6_000
// What was asked for in words of its own is found again without them: a cache is of one language.
const AS_IT_IS = { ignoreVary: true }
const GATEWAY_FAULTS = [502, 503, 504]

addEventListener("install", (event) => event.waitUntil(keep()))
addEventListener("activate", (event) => event.waitUntil(dropOthers()))
addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate") event.respondWith(page(request, pathname))
  else if (pathname.startsWith("/static/")) event.respondWith(file(request))
})

async function keep() {
  // Asked as nobody: an answer to a session that ends meanwhile would take the cookie of the next one away.
  const asNobody = { cache: "reload", credentials: "omit", headers: { "Accept-Language": LANGUAGE } }
  const list = await (await fetch(LIST, asNobody)).json()
  const cache = await caches.open(CACHE)
  const pages = [list.offline, ...Object.values(list.pages ?? {})]
  await cache.addAll([...list.files, ...pages.map((address) => new Request(address, asNobody))])
  await cache.put(LIST, new Response(JSON.stringify(list), { headers: { "Content-Type": "application/json" } }))
  // Hashed names never change their content, so pages of the version before go on with theirs.
  await skipWaiting()
}

async function dropOthers() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
  await clients.claim()
}

async function file(request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(request, AS_IT_IS)) ?? fetch(request)
}

async function page(request, pathname) {
  const asked = fetch(request)
  const shell = await shellOf(pathname)
  const isLate = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
  try {
    const answer = await (shell.isApp ? Promise.race([asked, isLate]) : asked)
    if (answer && !(shell.isApp && GATEWAY_FAULTS.includes(answer.status))) return answer
  } catch {
    // No line: the shell says so.
  }
  asked.catch(() => {})
  return shell.response ?? asked
}

/** What the device can show at an address: the app itself where it needs no server to open, else a page that says why not. */
async function shellOf(pathname) {
  const cache = await caches.open(CACHE)
  const list = await (await cache.match(LIST))?.json()
  const prefix = Object.keys(list?.pages ?? {}).find((one) => pathname.startsWith(one))
  const response = list && (await cache.match(prefix ? list.pages[prefix] : list.offline, AS_IT_IS))
  return { isApp: Boolean(prefix && response), response }
}
