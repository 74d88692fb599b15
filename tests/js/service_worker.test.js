import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { createContext, runInContext } from "node:vm"

const SOURCE = readFileSync(new URL("../../superapp/web/static/js/sw.js", import.meta.url), "utf8")
const WALLET = "https://nusa.example/dompet/"

/** A service worker with caches of its own, and a server that answers when the test says so. */
function worker() {
  const listeners = {}
  const kept = new Map()
  const added = []
  const cacheOf = (pages) => ({
    match: async ({ url }) => pages.get(url),
    put: async ({ url }, response) => void pages.set(url, response),
    delete: async ({ url }) => pages.delete(url),
    keys: async () => [...pages.keys()].map((url) => ({ url })),
    addAll: async (requests) => void added.push(...requests),
  })
  const caches = {
    open: async (name) => cacheOf(kept.get(name) ?? kept.set(name, new Map()).get(name)),
    match: async ({ url }, { cacheName }) => kept.get(cacheName)?.get(url),
    delete: async (name) => kept.delete(name),
    keys: async () => [...kept.keys()],
  }
  let answer
  const asked = []
  const fetch = (address, options) => {
    asked.push({ address, options })
    return new Promise((resolve) => (answer = resolve))
  }
  const location = new URL("https://nusa.example/sw.js?v=1&l=id")
  const addEventListener = (type, listener) => (listeners[type] = listener)
  class AtHome extends Request {
    constructor(address, options) {
      super(new URL(address, location), options)
    }
  }
  const skipWaiting = async () => {}
  const subscribed = []
  const registration = { pushManager: {} }
  const globals = { registration, addEventListener, caches, fetch, location, setTimeout, skipWaiting, URL, Response, Headers, Request: AtHome, Intl, Date }
  createContext(globals)
  runInContext(SOURCE, globals)
  const visited = () => [...kept].filter(([name]) => name.startsWith("visited ")).flatMap(([, pages]) => [...pages.keys()])

  /** Go to the wallet, and return what answers it; that returns when the worker has done all it wants to. */
  function visit() {
    const waits = []
    const shown = new Promise((resolve) =>
      listeners.fetch({
        request: { url: WALLET, method: "GET", mode: "navigate" },
        respondWith: resolve,
        waitUntil: (promise) => waits.push(promise),
      }),
    )
    return async () => {
      answer(new Response("Saldo", { headers: { "X-Readable-Offline": "1" } }))
      await shown
      await Promise.all(waits)
    }
  }

  function forget() {
    const heard = []
    listeners.message({ data: "forget", ports: [{ postMessage: (word) => heard.push(word) }] })
    return heard
  }

  /** Install the worker from this list, and return what it asked for: the list, files and pages. */
  async function install(list) {
    let isDone
    listeners.install({ waitUntil: (promise) => (isDone = promise) })
    answer(Response.json(list))
    await isDone
    return { list: asked[0], files: added.filter((one) => typeof one === "string"), pages: added.filter((one) => typeof one !== "string") }
  }

  /** Have the browser end its push subscription; `server` answers what the worker asks for meanwhile. Returns what it sent. */
  async function endSubscription(server, newSubscription) {
    globals.registration.pushManager.subscribe = async (options) => {
      subscribed.push(options)
      return subscriptionAt("https://push.example/made")
    }
    const sent = []
    globals.fetch = async (address, options = {}) => {
      if (options.method) sent.push({ address, ...options, body: JSON.parse(options.body) })
      return server(address, options)
    }
    let isDone
    listeners.pushsubscriptionchange({ newSubscription, waitUntil: (promise) => (isDone = promise) })
    await isDone
    return sent
  }

  return { visit, forget, visited, caches, install, endSubscription, subscribed }
}

const subscriptionAt = (endpoint) => ({ toJSON: () => ({ endpoint, keys: { p256dh: "BK", auth: "au" } }) })
const FORM = '<input type="hidden" name="csrfmiddlewaretoken" value="t0ken">'
const home = (push) => (address) => (address === "/saya/notifikasi/" ? new Response(FORM) : Response.json(push))

test("a subscription that the browser ended is made anew, and the server is told", async () => {
  const { endSubscription, subscribed } = worker()

  const sent = await endSubscription(home({ key: "BPub", here: true }))

  assert.deepEqual({ ...subscribed[0] }, { userVisibleOnly: true, applicationServerKey: "BPub" })
  assert.equal(sent.length, 1)
  assert.deepEqual([sent[0].address, sent[0].method, sent[0].headers["X-CSRFToken"]], ["/api/v1/notifications/push", "PUT", "t0ken"])
  assert.deepEqual(sent[0].body, { endpoint: "https://push.example/made", p256dh: "BK", auth: "au" })
})

test("a subscription that the browser has replaced itself is told to the server", async () => {
  const { endSubscription, subscribed } = worker()

  const sent = await endSubscription(home({ key: "BPub", here: true }), subscriptionAt("https://push.example/new"))

  assert.deepEqual(subscribed, [])
  assert.equal(sent[0].body.endpoint, "https://push.example/new")
})

test("no subscription is made anew for whoever has none, or is logged out", async () => {
  for (const push of [{ key: "BPub", here: false }, { key: null, here: false }]) {
    const { endSubscription, subscribed } = worker()
    assert.deepEqual([await endSubscription(home(push)), subscribed], [[], []])
  }
  const { endSubscription, subscribed } = worker()
  const loggedOut = () => Response.json({ code: "not_logged_in" }, { status: 401 })
  assert.deepEqual([await endSubscription(loggedOut), subscribed], [[], []])
})

test("pages are kept for nobody, with links to the style sheets of this version, which are kept as files", async () => {
  const files = ["/static/css/app.1.css"]
  const { install } = worker()
  const found = await install({ offline: "/luring/", pages: { "/obrolan/": "/obrolan/luring/" }, files })
  assert.deepEqual(found.files, files)
  assert.deepEqual(
    found.pages.map(({ url, credentials, headers }) => [new URL(url).pathname, credentials, headers.get("X-Shell"), headers.get("Accept-Language")]),
    ["/luring/", "/obrolan/luring/"].map((path) => [path, "omit", "1", "id"]),
  )
})

test("a page that may be read offline is kept", async () => {
  const { visit, visited } = worker()
  await visit()()
  assert.deepEqual(visited(), [WALLET])
})

test("a page whose answer comes after its reader was forgotten is not kept", async () => {
  const { visit, forget, visited } = worker()
  const answer = visit()
  assert.deepEqual(forget(), ["forgotten"])
  await answer()
  assert.deepEqual(visited(), [])
})

test("a page that is being kept while its reader is forgotten is taken out again", async () => {
  const { visit, forget, visited, caches } = worker()
  const answer = visit()
  const open = caches.open
  caches.open = async (name) => {
    const cache = await open(name)
    const put = cache.put
    cache.put = async (...args) => {
      await put(...args)
      forget()
    }
    return cache
  }
  await answer()
  assert.deepEqual(visited(), [])
})

test("the next person's pages are kept again", async () => {
  const { visit, forget, visited } = worker()
  forget()
  await visit()()
  assert.deepEqual(visited(), [WALLET])
})
