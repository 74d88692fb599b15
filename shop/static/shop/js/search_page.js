import { SearchField } from "#shop/search_field.js"

customElements.define("nusa-search-field", SearchField)
