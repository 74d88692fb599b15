import { PageData } from "#ui/page_data.js"
import { Unanswered } from "#lib/unanswered.js"
import { askPage } from "#shop/ask_page.js"
import { openLine } from "#shop/page_line.js"
import { Watch } from "#shop/watch.js"

const AGAIN_MS = 3_000

const { boot } = new PageData(document)
let watch = null
const line = openLine({ boot, person: boot.me.id, look: () => watch?.look(), aged: () => {} })
watch = new Watch({ line, topic: boot.topic, rev: boot.rev, moved: refresh })
line.start()

/** The list as the server draws it now; what stands in the forms stays. */
async function refresh() {
  try {
    const page = await askPage(location.pathname + location.search)
    document.querySelector("nusa-received").replaceWith(page.querySelector("nusa-received"))
  } catch (failure) {
    if (!(failure instanceof Unanswered)) throw failure
    setTimeout(refresh, AGAIN_MS)
  }
}
