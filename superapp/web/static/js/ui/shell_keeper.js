/**
 * Keep the shell of this version on the device, so that the app opens without a line.
 *
 * A page without a version takes everything back: that is how an operator turns it off.
 */
export async function keepShell(version, language) {
  if (!("serviceWorker" in navigator)) return
  if (version) {
    await navigator.serviceWorker.register(`/sw.js?v=${version}&l=${language}`, { scope: "/" })
    return
  }
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
  for (const name of await caches.keys()) await caches.delete(name)
}

/** Forget the pages that were kept to be read offline: they are of the person who saw them. */
export async function forgetVisitedPages() {
  if (!("caches" in globalThis)) return
  for (const name of await caches.keys()) if (name.startsWith("visited ")) await caches.delete(name)
}
