import { attendSeen } from "#notifications/seen.js"

const SUBJECTS_MAX = 50
const ORDER = /^\/pesanan\/([0-9a-f-]{36})\//

/** Tell the server which orders this page shows to somebody who looks at it: no text message is sent about them. */
export function tellSeen({ line, view }) {
  const tell = attendSeen({ line, isShown: () => ordersOf(view) })
  new MutationObserver(tell).observe(view, { childList: true, subtree: true })
}

/** The order that the page is about, and those that its rows lead to. */
function ordersOf(view) {
  const paths = [location.pathname, ...[...view.querySelectorAll("a[href]")].map((link) => link.pathname)]
  const ids = new Set(paths.map((path) => ORDER.exec(path)?.[1]).filter(Boolean))
  return [...ids].slice(0, SUBJECTS_MAX).map((id) => `shop.order:${id}`)
}
