import { Quantity } from "#shop/quantity.js"

customElements.define("nusa-quantity", Quantity)
