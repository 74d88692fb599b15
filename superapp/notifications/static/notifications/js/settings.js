import { PageData } from "#ui/page_data.js"
import { pageLine } from "#ui/page_line.js"
import { PushSwitch } from "#notifications/push_switch.js"

const data = new PageData(document)
const person = document.querySelector(".places").dataset.person
const { line } = pageLine({ boot: data.boot, person })
let sent_rev = Number(document.getElementById("preferences").dataset.rev)

// What another device has chosen is shown as the server draws it; a choice of this page comes back as a page anyway.
line.onHint.listen(({ say, row }) => {
  if (say !== "notifications.changed" || row.rev <= sent_rev) return
  sent_rev = row.rev
  if (!document.querySelector("form :focus:is([type=time], [type=datetime-local])")) location.reload()
})
line.start()

customElements.define("nusa-push-switch", PushSwitch)
