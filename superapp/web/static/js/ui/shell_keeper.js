const REMEMBERED_S = 365 * 86_400

/**
 * Keep the shell of this version on the device, so that the app opens without a line.
 *
 * A page without a version takes everything back: that is how an operator turns it off.
 */
export async function keepShell(version, language) {
  if (!("serviceWorker" in navigator)) return
  if (version) {
    // A page that is still loading needs the line for itself.
    if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }))
    const address = `/sw.js?v=${version}&l=${language}`
    await navigator.serviceWorker.register(address, { scope: "/" })
    await isActive(address)
    // From now on pages need not bring their style sheets along.
    document.cookie = `shell=${version}; path=/; max-age=${REMEMBERED_S}; SameSite=Lax`
    return
  }
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
  for (const name of await caches.keys()) await caches.delete(name)
}

/** Wait until this worker is the active one; until then that of another version may be, whose files are others. */
async function isActive(address) {
  const { serviceWorker } = navigator
  while (!(await serviceWorker.ready).active.scriptURL.endsWith(address))
    await new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }))
}

// A worker that is starting answers a little later; one that hangs must not keep the rest from being forgotten.
const PATIENCE_MS = 2_000

/** Forget the pages that were kept to be read offline: they are of the person who saw them. */
export async function forgetVisitedPages() {
  if (!("caches" in globalThis)) return
  await discardPendingPages()
  for (const name of await caches.keys()) if (name.startsWith("visited ")) await caches.delete(name)
}

/** Tell the service worker not to cache pages whose responses are still on their way. */
async function discardPendingPages() {
  const registration = await navigator.serviceWorker?.getRegistration()
  const worker = registration?.active
  if (!worker) return
  const { port1, port2 } = new MessageChannel()
  const isHeard = new Promise((resolve) => port1.addEventListener("message", resolve, { once: true }))
  port1.start()
  worker.postMessage("forget", [port2])
  await Promise.race([isHeard, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
  port1.close()
}
