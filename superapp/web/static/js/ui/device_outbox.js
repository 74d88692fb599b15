import { Outbox } from "#lib/outbox.js"
import { Unanswered } from "#lib/unanswered.js"

/** A person's outbox on this device, sending over a line of this page. */
export function deviceOutbox(personId, { database, line, clock }) {
  return new Outbox({
    database,
    line,
    clock,
    // Without https there are no locks; a message is still posted once, since the server knows it by its id.
    exclusive: (name, work) => navigator.locks?.request(`${personId} ${name}`, work) ?? work(),
    channel: new BroadcastChannel(`outbox ${personId}`),
    // Most messages carry no photos, and most pages send none.
    prepare: async (entry, tools) => (await courier())({ line, clock })(entry, tools),
  })
}

async function courier() {
  try {
    return (await import("#ui/photo_courier.js")).photoCourier
  } catch {
    // It could not be fetched: another time it can.
    throw new Unanswered({ wasHanded: true })
  }
}
