import { pageLine } from "#ui/page_line.js"

const PATIENCE_MS = 1_500
const LOOK_EVERY_MS = 60_000

/**
 * The line of a page of selling: it wakes with the page, says in `html[data-line]` how it stands, and rings `aged` with the time since
 * when nothing keeps the page true any more, or with null when something does again.
 */
export function openLine({ boot, person, look, aged }) {
  const { line, clock } = pageLine({ boot, person })
  let knownAt = boot.as_of ? Date.parse(boot.as_of) : clock.now()
  let wasReady = false
  let patience = null
  line.onState.listen(showState)
  // What is on the page has numbers that mean something else now.
  line.onEpoch.listen(() => location.reload())
  for (const name of ["online", "pageshow"]) addEventListener(name, () => look())
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look())
  setInterval(look, LOOK_EVERY_MS)
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
