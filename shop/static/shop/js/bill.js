import { PageData } from "#ui/page_data.js"
import { openLine } from "#shop/page_line.js"
import { Watch } from "#shop/watch.js"

const { boot } = new PageData(document)
let watch = null
// Nothing here gets old: the page says until when the code can be paid, and asks again whenever the line is back.
const line = openLine({ boot, person: boot.me.id, look: () => watch?.look(), aged: () => {} })
watch = new Watch({ line, topic: boot.topic, rev: boot.rev, moved: () => location.reload() })
line.start()
setTimeout(() => location.reload(), (Number(document.querySelector("nusa-bill").dataset.seconds) + 1) * 1_000)
