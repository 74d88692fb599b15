import { Clock } from "#lib/clock.js"
import { Line } from "#lib/line.js"
import { forgetWhoIsGone } from "#ui/forget.js"
import { pageSocket } from "#ui/page_socket.js"

let opened = null

/**
 * The one line of this page and its clock, however many parts of the page lean on them. Whoever leans on the line starts it, too: the
 * later ones are told at once that it is ready.
 */
export function pageLine({ boot = null, person }) {
  opened ??= open(boot, person)
  return opened
}

function open(boot, person) {
  const clock = new Clock()
  const line = new Line({ connect: pageSocket(boot), person, clock })
  line.onReady.listen(({ now }) => clock.adopt(now))
  line.onState.listen((state) => (document.documentElement.dataset.line = state))
  line.onState.listen(() => line.reason === "logged_out" && forgetWhoIsGone())
  for (const name of ["online", "pageshow"]) addEventListener(name, () => line.wake())
  addEventListener("offline", () => line.lose())
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && line.wake())
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => line.use(), { passive: true })
  return { line, clock }
}
