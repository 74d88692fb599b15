import { AmountField } from "#payments/amount_field.js"

customElements.define("nusa-amount-field", AmountField)
