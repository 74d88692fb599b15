import assert from "node:assert/strict"
import { test } from "node:test"

import { WordsOf } from "#chat/words_of.js"
import { Format } from "#lib/format.js"

const WORDS = {
  "card:shop.order": "Pesanan: {title}",
  "card:shop.order:paid": "Dibayar · {title}",
  "card:shop.order:paid:theirs": "Pesanan baru · {title}",
  "card:shop.order:shipped": "Dikirim · {title}",
  "event_shop.shipped": "Dikirim",
  event_unknown: "Ada yang berubah",
}

function words() {
  const data = { has: (key) => key in WORDS, word: (key, values = {}) => WORDS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]) }
  return new WordsOf({ data, inbox: { person: () => undefined }, me: { id: "ana" } })
}

const card = (from, state) => ({ kind: "card", from, card: { type: "shop.order", state, title: "Kopi" } })

test("a card that lives says first how it stands, to either side in its own words", () => {
  assert.equal(words().line(card("ana", "paid")), "Dibayar · Kopi")
  assert.equal(words().line(card("bo", "paid")), "Pesanan baru · Kopi")
  assert.equal(words().line(card("bo", "shipped")), "Dikirim · Kopi")
  assert.equal(words().line(card("ana", "unheard_of")), "Pesanan: Kopi")
})

test("a line says what it is about where it stands alone, and not beside its card", () => {
  const event = { name: "shop.shipped", about: "Kopi" }

  assert.equal(words().line({ kind: "event", event }), "Dikirim · Kopi")
  assert.equal(words().event(event), "Dikirim")
  assert.equal(words().line({ kind: "event", event: { name: "shop.shipped" } }), "Dikirim")
})

test("a person is known from a conversation or as a contact, unless I blocked them", () => {
  const dewi = { id: "dewi", name: "Dewi", avatar: "/media/dewi.webp" }
  const inboxWith = (people, contact) => ({ person: (user) => people[user], contact: (user) => (user === "dewi" ? contact : undefined) })
  const personOf = (people, contact) => new WordsOf({ data: {}, inbox: inboxWith(people, contact), me: { id: "ana" } }).person("dewi")

  assert.equal(personOf({ dewi }, undefined), dewi)
  assert.equal(personOf({}, { state: "accepted", blocked: false, person: dewi }), dewi)
  assert.equal(personOf({}, { state: "accepted", blocked: true, person: dewi }), undefined)
  assert.equal(personOf({}, { state: "invited", blocked: false, person: dewi }), undefined)
  assert.equal(personOf({}, undefined), undefined)
})

test("a date beside another says its year only where that is not the same", () => {
  const format = new Format({ locale: "id-ID", timeZone: "Asia/Jakarta" })
  const at = Date.parse("2027-03-01T02:03:04Z")

  assert.equal(format.dateBeside(at, Date.parse("2027-05-01T02:03:04Z")), "1 Maret")
  assert.equal(format.dateBeside(at, Date.parse("2028-05-01T02:03:04Z")), "1 Maret 2027")
})

test("two who type are called by name, more are counted", () => {
  const said = { typing_one: "{name} sedang mengetik…", typing_two: "{one} dan {other} sedang mengetik…", typing_several: "{count} orang sedang mengetik…" }
  const data = { word: (key, values) => said[key].replace(/\{(\w+)\}/g, (_, name) => values[name]) }
  const inbox = { get: () => undefined, person: (id) => ({ name: id }) }
  const typing = (...users) => new WordsOf({ data, inbox, me: { id: "ana" } }).typing(users, "c")

  assert.equal(typing("Ibu"), "Ibu sedang mengetik…")
  assert.equal(typing("Ibu", "Bapak"), "Ibu dan Bapak sedang mengetik…")
  assert.equal(typing("Ibu", "Bapak", "Citra"), "3 orang sedang mengetik…")
})
