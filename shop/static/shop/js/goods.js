import { PageData } from "#ui/page_data.js"
import { AmountField } from "#payments/amount_field.js"
import { HandleField } from "#shop/handle_field.js"
import { HoursField } from "#shop/hours_field.js"
import { PhotoField } from "#shop/photo_field.js"
import { PhotoOrder } from "#shop/photo_order.js"

const data = new PageData(document)
for (const Element of [PhotoField, PhotoOrder]) Element.prototype.data = data
customElements.define("nusa-amount-field", AmountField)
customElements.define("nusa-handle-field", HandleField)
customElements.define("nusa-hours", HoursField)
customElements.define("nusa-photo-field", PhotoField)
customElements.define("nusa-photo-order", PhotoOrder)
