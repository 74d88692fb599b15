import { deviceOutbox } from "#ui/device_outbox.js"

/** From a page that has no chat: send what a person wrote there, over the line of the page. */
export async function carryOutbox({ person, store, line, clock }) {
  const outbox = deviceOutbox(person, { database: store.database, line, clock })
  await outbox.open()
  line.onReady.listen(async ({ epoch }) => {
    if (await store.learn(epoch)) await outbox.forgetNumbers()
    if (outbox.isWaiting) outbox.sendAll()
  })
  return outbox
}
