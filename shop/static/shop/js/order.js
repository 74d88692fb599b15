import { Format } from "#lib/format.js"
import { Receipt } from "#lib/receipt.js"
import { Unanswered } from "#lib/unanswered.js"
import { openStore } from "#ui/device_store.js"
import { PageData } from "#ui/page_data.js"
import { pageLine } from "#ui/page_line.js"
import { fill } from "#ui/part.js"
import { askPage } from "#shop/ask_page.js"
import { OrderView } from "#shop/order_view.js"
import { openLine } from "#shop/page_line.js"
import { tellSeen } from "#shop/seen_orders.js"
import { Watch } from "#shop/watch.js"

const AGAIN_MS = 3_000

const data = new PageData(document)
const { boot } = data
const { clock } = pageLine({ boot, person: boot.me.id })
const format = new Format({ locale: boot.locale, timeZone: boot.time_zone })
customElements.define("nusa-order", OrderView)

const view = document.querySelector("nusa-order")
let watch = null
const line = openLine({ boot, person: boot.me.id, look: () => watch?.look(), aged: showAge })
watch = new Watch({ line, topic: boot.topic, rev: boot.rev, moved: refresh })
tellSeen({ line, view })
line.start()
unfold()
keepReceipts(boot.receipts)

/** Show the order as the server draws it now; whoever is typing is not disturbed. */
async function refresh() {
  try {
    const page = await askPage(location.pathname)
    const drawn = page.querySelector("nusa-order")
    view.become(drawn)
    keepReceipts(new PageData(page).boot.receipts, drawn)
  } catch (failure) {
    if (!(failure instanceof Unanswered)) throw failure
    clock.after(AGAIN_MS, refresh)
  }
}

function showAge(since) {
  const time = since && `${format.hour(since)} ${boot.zone_label}`
  fill(document, "age", time && data.word("known_age", { time }))
}

/** A link to a field inside something that is folded opens it. */
function unfold() {
  const field = location.hash.length > 1 && document.getElementById(location.hash.slice(1))
  if (!field) return
  const fold = field.closest("details")
  if (fold) fold.open = true
  field.scrollIntoView({ block: "center" })
  field.focus({ preventScroll: true })
}

/** Receipts stay on this device, so that they can be shown when nobody answers. */
async function keepReceipts(receipts, drawn = null) {
  if (receipts.length === 0) return
  const store = await openStore(boot.me.id)
  for (const text of receipts) await store.keepReceipt({ text, at: new Receipt(text).document.at })
  if (!store.isLasting) return
  // The order as it was drawn anew may have to wait until somebody has finished typing.
  for (const place of [view, drawn]) {
    for (const note of place?.querySelectorAll("[data-when-kept]") ?? []) note.textContent = note.dataset.whenKept
  }
}
