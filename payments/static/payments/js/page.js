import { Clock } from "#lib/clock.js"
import { Format } from "#lib/format.js"
import { Line } from "#lib/line.js"
import { LiveWallet } from "#payments/live_wallet.js"
import { WalletView } from "#payments/wallet_view.js"
import { PageData } from "#ui/page_data.js"
import { pageSocket } from "#ui/page_socket.js"

const PATIENCE_MS = 1_500
const LOOK_EVERY_MS = 60_000

const data = new PageData(document)
const { boot } = data
const clock = new Clock()
let wasReady = false
let patience = null
let knownAt = Date.parse(boot.as_of)
const format = new Format({ locale: boot.locale, timeZone: boot.time_zone })
WalletView.prototype.page = { data, boot, clock, format }
customElements.define("nusa-wallet", WalletView)

const view = document.querySelector("nusa-wallet")
const line = new Line({ connect: pageSocket(boot), person: boot.me.id, clock })
const wallet = new LiveWallet({
  ...boot.wallet,
  line,
  clock,
  show: (wallet, rows) => view.show(wallet, rows),
  // The server was restored, and what is on the page may never have been.
  startOver: () => location.reload(),
})
line.onReady.listen(({ now }) => clock.adopt(now))
line.onState.listen(showAge)
showAge()
for (const name of ["online", "pageshow"]) addEventListener(name, wake)
addEventListener("offline", () => line.lose())
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake())
setInterval(() => wallet.look(), LOOK_EVERY_MS)
for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => line.use(), { passive: true })
line.start()

function wake() {
  line.wake()
  wallet.look()
}

/** A balance is said to be of a time as soon as nothing keeps it true any more. */
function showAge() {
  document.documentElement.dataset.line = line.state
  if (line.state === "ended" && line.reason === "logged_out") return location.assign(boot.urls.login)
  const isReady = line.state === "ready"
  if (wasReady && !isReady) knownAt = clock.serverNow()
  wasReady = isReady
  clearTimeout(patience)
  if (isReady) return view.showAge(null)
  patience = setTimeout(() => view.showAge(format.hour(knownAt)), PATIENCE_MS)
}
