import assert from "node:assert/strict"
import { test } from "node:test"

import { forwardChoices } from "#chat/forwarding.js"

const contact = (user, state = "accepted") => ({ user, state, person: { id: user, name: user } })

function choices(chats, contacts) {
  const inbox = {
    notesName: "Catatan saya",
    contacts,
    list: () => chats,
    closedBy: ({ closed }) => closed ?? null,
    other: ({ with: id }) => (id ? { id } : undefined),
    nameOf: ({ id }) => id,
    looksOf: ({ id }) => ({ id }),
  }
  return forwardChoices({ inbox, words: { via: () => "" }, me: { id: "ana" }, somebody: "?" }).map(({ key }) => key)
}

test("a message goes to notes that were never opened, to chats, and to contacts without a chat", () => {
  const chats = [{ id: "group" }, { id: "talk", with: "bo" }, { id: "shop", with: "citra", face: { owner: "citra" } }, { id: "shut", closed: "closed" }]
  const contacts = [contact("dewi"), contact("bo"), contact("citra"), contact("eve", "asked")]

  assert.deepEqual(choices(chats, contacts), ["person:ana", "group", "talk", "shop", "person:citra", "person:dewi"])
})

test("notes in the list are not offered twice", () => {
  assert.deepEqual(choices([{ id: "notes", kind: "self" }], []), ["notes"])
})
