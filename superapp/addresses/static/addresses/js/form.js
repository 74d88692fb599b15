import { RegionSearch } from "#addresses/region_search.js"

customElements.define("nusa-region-search", RegionSearch)
