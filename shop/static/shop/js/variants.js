import { PageData } from "#ui/page_data.js"
import { OptionsField } from "#shop/options_field.js"
import { VariantTable } from "#shop/variant_table.js"

OptionsField.prototype.data = new PageData(document)
customElements.define("nusa-options", OptionsField)
customElements.define("nusa-variants", VariantTable)
