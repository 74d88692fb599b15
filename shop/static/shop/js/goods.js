import { PageData } from "#ui/page_data.js"
import { AmountField } from "#payments/amount_field.js"
import { HandleField } from "#shop/handle_field.js"
import { PhotosField } from "#shop/photos_field.js"

PhotosField.prototype.data = new PageData(document)
customElements.define("nusa-amount-field", AmountField)
customElements.define("nusa-handle-field", HandleField)
customElements.define("nusa-photos-field", PhotosField)
