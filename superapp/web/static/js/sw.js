/**
 * Keeps the shell of one version on the device: the hashed files, and pages that know nobody. Of the pages that a person visits,
 * those that the server declares readable offline are kept as they were last seen, and shown with that time when there is no
 * connection; they are forgotten with everything else of that person.
 */

const ADDRESS = new URL(location.href).searchParams
const LANGUAGE = ADDRESS.get("l")
const CACHE = `shell ${ADDRESS.get("v")} ${LANGUAGE}`
const VISITED = `visited ${ADDRESS.get("v")} ${LANGUAGE}`
const VISITED_MAX = 60
const LIST = "/shell.json"
// A page that takes longer is as good as none, where the shell can show what the device knows.
const PATIENCE_MS = 6_000
// What was asked for in words of its own is found again without them: a cache is of one language.
const AS_IT_IS = { ignoreVary: true }
const GATEWAY_FAULTS = [502, 503, 504]

// Counts requests to forget. A response that was requested before one belongs to a person who is logged out since.
let timesForgotten = 0

addEventListener("install", (event) => event.waitUntil(keep()))
addEventListener("activate", (event) => event.waitUntil(dropOthers()))
addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate") event.respondWith(page(event, pathname))
  else if (pathname.startsWith("/static/")) event.respondWith(file(request))
})

addEventListener("message", ({ data, ports }) => {
  if (data !== "forget") return
  timesForgotten += 1
  ports[0]?.postMessage("forgotten")
})

async function keep() {
  // Asked as nobody: an answer to a session that ends meanwhile would take the cookie of the next one away.
  // The version, in place of its cookie, has pages link their style sheets, which are among the files.
  const headers = { "Accept-Language": LANGUAGE, "X-Shell": ADDRESS.get("v") }
  const asNobody = { cache: "reload", credentials: "omit", headers }
  const list = await (await fetch(LIST, asNobody)).json()
  const cache = await caches.open(CACHE)
  const pages = [list.offline, ...Object.values(list.pages ?? {})]
  await cache.addAll([...list.files, ...pages.map((address) => new Request(address, asNobody))])
  await cache.put(LIST, new Response(JSON.stringify(list), { headers: { "Content-Type": "application/json" } }))
  // Hashed names never change their content, so pages of the version before go on with theirs.
  await skipWaiting()
}

async function dropOthers() {
  for (const name of await caches.keys()) if (![CACHE, VISITED].includes(name)) await caches.delete(name)
  await clients.claim()
}

async function file(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request, AS_IT_IS)
  if (kept) return kept
  const answer = await fetch(request)
  // Kept pages need their style sheets, too.
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}

async function page(event, pathname) {
  const { request } = event
  const began = timesForgotten
  const asked = fetch(request)
  const fallback = await fallbackOf(request, pathname)
  const isLate = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
  try {
    const answer = await (fallback.isUseful ? Promise.race([asked, isLate]) : asked)
    if (answer && !(fallback.isUseful && GATEWAY_FAULTS.includes(answer.status))) {
      event.waitUntil(keepVisited(request, answer.clone(), began))
      return answer
    }
  } catch {
    // No connection: what the device has is shown.
  }
  asked.catch(() => {})
  return (await fallback.answer()) ?? asked
}

/**
 * What the device can show at an address: the app itself where that opens without the server, else the page as it was last
 * seen, else a page that says why there is nothing.
 */
async function fallbackOf(request, pathname) {
  const cache = await caches.open(CACHE)
  const list = await (await cache.match(LIST))?.json()
  const prefix = Object.keys(list?.pages ?? {}).find((one) => pathname.startsWith(one))
  if (prefix && prefix === pathname) return shown(await cache.match(list.pages[prefix], AS_IT_IS), true)
  // Not by opening it: that would make it anew, on a device that has just forgotten what was visited.
  const visited = await caches.match(request, { ...AS_IT_IS, cacheName: VISITED })
  if (visited) return { isUseful: true, answer: () => asLastSeen(visited) }
  if (prefix) return shown(await cache.match(list.pages[prefix], AS_IT_IS), true)
  return shown(list && (await cache.match(list.offline, AS_IT_IS)), false)
}

function shown(response, isUseful) {
  return { isUseful: isUseful && Boolean(response), answer: () => response }
}

/** Keep a page that may be read offline, unless its reader was forgotten since, and drop the one that was visited longest ago. */
async function keepVisited(request, answer, began) {
  if (!answer.ok || answer.redirected || !answer.headers.has("X-Readable-Offline")) return
  const headers = new Headers(answer.headers)
  headers.set("X-Seen-At", new Date().toISOString())
  const seen = new Response(await answer.blob(), { status: answer.status, headers })
  if (began !== timesForgotten) return
  const cache = await caches.open(VISITED)
  await cache.delete(request, AS_IT_IS)
  await cache.put(request, seen)
  if (began !== timesForgotten) {
    await caches.delete(VISITED)
    return
  }
  for (const old of (await cache.keys()).slice(0, -VISITED_MAX)) await cache.delete(old, AS_IT_IS)
}

/** The page as it was last seen, which it says at its top. */
async function asLastSeen(visited) {
  const at = new Date(visited.headers.get("X-Seen-At"))
  const isToday = at.toDateString() === new Date().toDateString()
  const day = isToday ? {} : { day: "numeric", month: "short" }
  const words = new Intl.DateTimeFormat(LANGUAGE === "en" ? "en-GB" : "id-ID", { ...day, hour: "2-digit", minute: "2-digit" }).format(at)
  const html = (await visited.text())
    .replace("data-last-seen hidden", "data-last-seen")
    .replace("<span data-seen-at></span>", `<time data-seen-at datetime="${at.toISOString()}">${words}</time>`)
  return new Response(html, { status: visited.status, headers: visited.headers })
}

// Notifications while the app is closed. A push message carries an id and nothing else: what it stands for is asked of home.

const PUSH = "/api/v1/notifications/push"
const PUSH_PAGE = "/saya/notifikasi/"
const NOTICE_MS = 8_000
const NEW_MESSAGE = LANGUAGE === "en" ? "New message" : "Pesan baru"

addEventListener("push", (event) => event.waitUntil(tell(event.data)))
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAgain(event)))
addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data?.url ?? "/"))
})

async function tell(data) {
  // A page that is looked at tells of it by itself.
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true })
  if (pages.some(({ visibilityState }) => visibilityState === "visible")) return
  const notice = await noticeOf(data)
  // Read on another device meanwhile.
  if (notice === null) return
  const { title, text, url, subject, sound, vibration } = notice
  await registration.showNotification(title, {
    body: text,
    tag: subject,
    icon: await iconAddress(),
    silent: !sound && !vibration,
    data: { url },
  })
}

/** What a push message stands for, in words from home; without them only that there is something. */
async function noticeOf(data) {
  const unknown = { title: NEW_MESSAGE, text: "", url: "/obrolan/", subject: "unknown", sound: true, vibration: true }
  try {
    const { id } = data.json()
    const headers = { "Accept-Language": LANGUAGE }
    const address = `/api/v1/notifications/pushed/${encodeURIComponent(id)}`
    const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(NOTICE_MS) })
    return answer.ok ? (await answer.json()).notice : unknown
  } catch {
    return unknown
  }
}

/** The browser has ended the address at which it took push messages: the server is told the new one. */
async function subscribeAgain({ newSubscription }) {
  const answer = await fetch(PUSH, { cache: "no-store" })
  // Logged out, or switched off meanwhile. Somebody else who logged in here has not asked for push messages.
  const { key, here } = answer.ok ? await answer.json() : {}
  if (!key || !here) return
  const subscription = newSubscription ?? (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }))
  const { endpoint, keys } = subscription.toJSON()
  // A worker has no page from which to take the token of its forms.
  const page = await (await fetch(PUSH_PAGE, { cache: "no-store" })).text()
  const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(page)?.[1] ?? ""
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token }
  await fetch(PUSH, { method: "PUT", headers, body: JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth }) })
}

async function iconAddress() {
  const cache = await caches.open(CACHE)
  const list = await (await cache.match(LIST))?.json()
  return list?.files.find((file) => /app-192\b.*\.png$/.test(file))
}

/** Show a page of ours: in a window that is there, or in a new one. */
async function open(url) {
  const address = new URL(url, location.origin)
  if (address.origin !== location.origin) return
  const [page] = await clients.matchAll({ type: "window", includeUncontrolled: true })
  if (!page) return clients.openWindow(address.href)
  // A browser that does not let us raise the window still shows the page in it.
  await page.focus().catch(() => {})
  // A page that no worker controls is not led anywhere by one.
  return page.navigate(address.href).catch(() => clients.openWindow(address.href))
}
