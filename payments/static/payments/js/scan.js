import { Scanner } from "#payments/scanner.js"

customElements.define("nusa-scanner", Scanner)
