import { Outbox } from "#lib/outbox.js"

/** A person's outbox on this device, sending over a line of this page. */
export function deviceOutbox(personId, { database, line, clock }) {
  return new Outbox({
    database,
    line,
    clock,
    // Without https there are no locks; a message is still posted once, since the server knows it by its id.
    exclusive: (name, work) => navigator.locks?.request(`${personId} ${name}`, work) ?? work(),
    channel: new BroadcastChannel(`outbox ${personId}`),
  })
}
