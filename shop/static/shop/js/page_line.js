import { Line } from "#lib/line.js"
import { pageSocket } from "#ui/page_socket.js"

const PATIENCE_MS = 1_500
const LOOK_EVERY_MS = 60_000

/**
 * The line of a page of selling: it wakes with the page, says in `html[data-line]` how it stands, and rings `aged` with the time since
 * when nothing keeps the page true any more, or with null when something does again.
 */
export function openLine({ boot, person, clock, look, aged }) {
  const line = new Line({ connect: pageSocket(boot), person, clock })
  let knownAt = boot.as_of ? Date.parse(boot.as_of) : clock.now()
  let wasReady = false
  let patience = null
  const wake = () => {
    line.wake()
    look()
  }
  line.onReady.listen(({ now }) => clock.adopt(now))
  line.onState.listen(showState)
  for (const name of ["online", "pageshow"]) addEventListener(name, wake)
  addEventListener("offline", () => line.lose())
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake())
  setInterval(look, LOOK_EVERY_MS)
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => line.use(), { passive: true })
  showState()
  return line

  function showState() {
    document.documentElement.dataset.line = line.state
    if (line.state === "ended" && line.reason === "logged_out") return location.assign(boot.urls?.login ?? "/masuk/")
    const isReady = line.state === "ready"
    if (wasReady && !isReady) knownAt = clock.serverNow()
    wasReady = isReady
    clearTimeout(patience)
    if (isReady) return aged(null)
    patience = setTimeout(() => aged(knownAt), PATIENCE_MS)
  }
}
