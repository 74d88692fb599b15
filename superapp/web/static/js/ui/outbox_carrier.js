import { Clock } from "#lib/clock.js"
import { Line } from "#lib/line.js"
import { deviceOutbox } from "#ui/device_outbox.js"
import { pageSocket } from "#ui/page_socket.js"

/** From a page that has no chat: send what a person wrote there, over a line that ends when nothing waits any more. */
export async function carryOutbox(personId, database) {
  const clock = new Clock()
  const line = new Line({ connect: pageSocket(), person: personId, clock })
  const outbox = deviceOutbox(personId, { database, line, clock })
  await outbox.open()
  // Another page may have sent it while this one was fetching its modules.
  if (!outbox.isWaiting) return
  outbox.onChange.listen(() => outbox.isWaiting || line.end())
  line.onReady.listen(() => outbox.sendAll())
  for (const name of ["online", "pageshow"]) addEventListener(name, () => line.wake())
  addEventListener("offline", () => line.lose())
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && line.wake())
  line.start()
}
