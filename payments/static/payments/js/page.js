import { Format } from "#lib/format.js"
import { LiveWallet } from "#payments/live_wallet.js"
import { WalletView } from "#payments/wallet_view.js"
import { PageData } from "#ui/page_data.js"
import { pageLine } from "#ui/page_line.js"

const PATIENCE_MS = 1_500
const LOOK_EVERY_MS = 60_000

const data = new PageData(document)
const { boot } = data
const { line, clock } = pageLine({ boot, person: boot.me.id })
let wasReady = false
let patience = null
let knownAt = Date.parse(boot.as_of)
const format = new Format({ locale: boot.locale, timeZone: boot.time_zone })
WalletView.prototype.page = { data, boot, clock, format }
customElements.define("nusa-wallet", WalletView)

const view = document.querySelector("nusa-wallet")
const wallet = new LiveWallet({
  ...boot.wallet,
  line,
  clock,
  show: (wallet, rows) => view.show(wallet, rows),
  // The server was restored, and what is on the page may never have been.
  startOver: () => location.reload(),
})
line.onState.listen(showAge)
line.onEpoch.listen(() => location.reload())
showAge()
for (const name of ["online", "pageshow"]) addEventListener(name, () => wallet.look())
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wallet.look())
setInterval(() => wallet.look(), LOOK_EVERY_MS)
line.start()

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
