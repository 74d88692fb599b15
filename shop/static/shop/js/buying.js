import { PageData } from "#ui/page_data.js"
import { Quantity } from "#shop/quantity.js"

Quantity.prototype.page = { boot: new PageData(document).boot }
customElements.define("nusa-quantity", Quantity)
