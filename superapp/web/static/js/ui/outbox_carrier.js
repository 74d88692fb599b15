import { deviceOutbox } from "#ui/device_outbox.js"

/** From a page that has no chat: send what a person wrote there, over the line of the page. */
export async function carryOutbox({ person, database, line, clock }) {
  const outbox = deviceOutbox(person, { database, line, clock })
  await outbox.open()
  line.onReady.listen(() => outbox.isWaiting && outbox.sendAll())
  return outbox
}
