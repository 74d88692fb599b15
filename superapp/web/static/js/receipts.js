import { Format } from "#lib/format.js"
import { lastPerson, openStore } from "#ui/device_store.js"
import { PageData } from "#ui/page_data.js"
import { ReceiptCheck } from "#ui/receipt_check.js"

const data = new PageData(document)
const { keys, locale, zones } = data.boot
// The page knows nobody: times are those of this device.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
const format = new Format({ locale, timeZone })
const moment = (at) => `${format.date(Date.parse(at))}, ${format.hour(Date.parse(at))} ${zones[timeZone] ?? ""}`.trim()
const person = lastPerson()
const store = person ? await openStore(person) : null

if (person) document.querySelector(".places").hidden = false
ReceiptCheck.prototype.page = { data, keys, moment, person, store }
customElements.define("nusa-receipt-check", ReceiptCheck)
