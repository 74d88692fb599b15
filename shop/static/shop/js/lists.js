import { Format } from "#lib/format.js"
import { KnownList } from "#lib/known_list.js"
import { lastPerson, openStore } from "#ui/device_store.js"
import { KnownView } from "#ui/known_view.js"
import { PageData } from "#ui/page_data.js"
import { pageLine } from "#ui/page_line.js"
import { askData } from "#shop/ask_page.js"
import { orderRows } from "#shop/order_rows.js"
import { openLine } from "#shop/page_line.js"
import { tellSeen } from "#shop/seen_orders.js"
import { Watch } from "#shop/watch.js"

const data = new PageData(document)
const person = data.boot.me?.id ?? lastPerson()
// Without a line the page comes from this device, and knows nobody but who used it last.
if (person) begin(person)
else location.replace("/")

async function begin(person) {
  const store = await openStore(person)
  const boot = await rememberReader(store)
  const { clock } = pageLine({ boot, person })
  const format = new Format({ locale: boot.locale, timeZone: boot.time_zone })
  const yesterday = data.word("yesterday")
  const hour = (at) => `${format.brief(Date.parse(at), clock.serverNow(), { yesterday })} ${boot.zone_label}`
  const brief = (at) => format.brief(at, clock.serverNow(), { yesterday })
  KnownView.prototype.page = { data, hour, rows: orderRows({ brief }) }
  customElements.define("nusa-known", KnownView)
  // A page of earlier orders, asked for by its address, is what it is.
  if (!data.boot.is_newest_page) return

  const view = document.querySelector("nusa-known")
  const list = new KnownList({ name: view.dataset.list, store, read: () => askData(), clock, show: (...shown) => view.show(...shown) })
  let watch = null
  const line = openLine({
    boot,
    person,
    look: () => (watch ? watch.look() : list.refresh()),
    aged: (since) => since === null || list.growOld(),
  })
  if (data.boot.topic) watch = new Watch({ line, topic: data.boot.topic, moved: () => list.refresh() })
  else line.onReady.listen(() => location.reload())
  if (location.pathname.startsWith("/tokoku/")) tellSeen({ line, view })
  line.start()
  await list.open(data.boot.list)
}

/** Who reads, in which language and zone; kept, so that the page can open without the server. */
async function rememberReader(store) {
  const { me, locale, time_zone, zone_label, urls } = data.boot
  if (me) {
    await store.note("reader", { locale, time_zone, zone_label, urls })
    return data.boot
  }
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  return (await store.load()).notes.reader ?? { locale: document.documentElement.lang, time_zone: timeZone, zone_label: "" }
}
