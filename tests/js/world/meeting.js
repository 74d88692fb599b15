import { chance } from "./chance.js"
import { Device } from "./device.js"
import { FakeClock } from "./fake_clock.js"
import { FakeServer } from "./fake_server.js"

/** Ana and Bo with a conversation `c1`, on a good network unless a test makes it bad. */
export function meeting({ seed = 1, conversations = ["c1"] } = {}) {
  const random = chance(seed)
  const clock = new FakeClock()
  const server = new FakeServer({ clock, random })
  for (const id of conversations) server.addConversation(id, ["ana", "bo"])
  const device = (user) => new Device({ user, server, clock, random })
  const bodies = (conversation = "c1") => server.conversations.get(conversation).rows.map((row) => row.body)
  const sends = () => server.commands.filter(({ name }) => name === "chat.send").map(({ fields }) => fields.body)
  return { clock, server, random, device, bodies, sends }
}
