import assert from "node:assert/strict"
import { test } from "node:test"

import { written } from "#chat/card_view.js"
import { Bell } from "#lib/bell.js"
import { grouped, writeChange, writeMoney } from "#lib/format.js"
import { Refused } from "#lib/refused.js"
import { LiveWallet } from "#payments/live_wallet.js"
import { directionOf, heldOf, nameOf, wordOf } from "#payments/movement.js"

const rupiah = (amount_minor) => ({ amount_minor, asset: "IDR" })

test("money is written as the server writes it", () => {
  const cases = [[0, "Rp0"], [1, "Rp0,01"], [-50, "-Rp0,50"], [100, "Rp1"], [99_999, "Rp999,99"], [100_000, "Rp1.000"], [125_000_000, "Rp1.250.000"], [-1_234_567_800, "-Rp12.345.678"], [10 ** 15, "Rp10.000.000.000.000"]]

  assert.deepEqual(cases.map(([minor]) => writeMoney(rupiah(minor))), cases.map(([, text]) => text))
  assert.equal(writeMoney({ amount_minor: 5_000, asset: "USD" }), "US$50")
})

test("what came has a plus, what went a minus", () => {
  assert.deepEqual([500_000, -500_000, 0].map((minor) => writeChange(rupiah(minor))), ["+Rp5.000", "-Rp5.000", "Rp0"])
})

test("points stand between thousands while an amount is typed", () => {
  assert.deepEqual(["", "5", "500", "5000", "50000000"].map(grouped), ["", "5", "500", "5.000", "50.000.000"])
})

test("the money in a card is written out, the rest stays", () => {
  assert.deepEqual(written({ amount: rupiah(100), memo: "kopi", note: null }), { amount: "Rp1", memo: "kopi", note: null })
})

test("a movement that has no sentence of its own has one for its direction", () => {
  const data = { has: (key) => key === "movement:sent_out" }

  assert.equal(wordOf({ kind: "sent", amount: rupiah(-1) }, data), "movement:sent_out")
  assert.equal(wordOf({ kind: "angpao", amount: rupiah(1) }, data), "movement:other_in")
  assert.equal(wordOf({ kind: "held", amount: rupiah(0) }, data), "movement:other_held")
})

test("a movement whose purpose is known is said by the name of the shop", () => {
  const data = { has: (key) => ["movement:escrow_paid_out", "movement:escrow_paid_out:purpose"].includes(key) }
  const purpose = { name: "Toko Sekar", items: "Gelang manik", address: "" }

  assert.equal(wordOf({ kind: "escrow_paid", amount: rupiah(-1), purpose }, data), "movement:escrow_paid_out:purpose")
  assert.equal(wordOf({ kind: "escrow_paid", amount: rupiah(-1), purpose: null }, data), "movement:escrow_paid_out")
  assert.equal(wordOf({ kind: "escrow_refunded", amount: rupiah(1), purpose }, data), "movement:other_in")
  assert.equal(directionOf({ amount: rupiah(1) }), "in")
  assert.equal(nameOf({ purpose, peer: null }), "Toko Sekar")
  assert.equal(nameOf({ purpose: null, peer: { name: "Bo" } }), "Bo")
  assert.equal(nameOf({ purpose: null, peer: null }), "")
})

test("what is set aside or given back is shown without a sign, since the balance stays", () => {
  assert.deepEqual(heldOf({ held: rupiah(500) }), rupiah(500))
  assert.deepEqual(heldOf({ held: rupiah(-500) }), rupiah(500))
})

/** A server with one wallet, and a line to it. */
function world({ rev = 0 } = {}) {
  const server = { rev, asked: [], fails: 0 }
  const line = {
    state: "ready",
    onReady: new Bell(),
    onHint: new Bell(),
    async ask(name, fields) {
      server.asked.push(name)
      if (server.fails-- > 0) throw new Refused({ code: "unavailable", message: "", params: {}, retry_after: null })
      if (name === "watch") return { rev: server.rev }
      const rows = Array.from({ length: server.rev - fields.after }, (_, place) => ({ rev: fields.after + place + 1 }))
      return { rev: server.rev, wallet: { balance: rupiah(server.rev) }, rows, more: false }
    },
  }
  const alarms = []
  const shown = []
  const clock = { after: (_ms, work) => alarms.push(work) && (() => {}) }
  const wallet = new LiveWallet({ id: "w", rev, line, clock, show: (_wallet, rows) => shown.push(...rows.map((row) => row.rev)), startOver: () => {} })
  return { server, line, shown, wallet, alarms }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test("a hint makes it ask for what came, once for each change", async () => {
  const { server, line, shown } = world()
  server.rev = 1

  line.onHint.ring({ on: "wallet:w", rev: 1 })
  line.onHint.ring({ on: "wallet:w", rev: 1 })
  line.onHint.ring({ on: "wallet:another", rev: 9 })
  await settled()

  assert.deepEqual(shown, [1])
  assert.deepEqual(server.asked, ["payments.changes"])
})

test("hints that were lost are found when the line comes back", async () => {
  const { server, line, shown } = world({ rev: 4 })
  server.rev = 7

  line.onReady.ring({})
  await settled()

  assert.deepEqual(shown, [5, 6, 7])
})

test("a server that is busy is asked again", async () => {
  const { server, line, shown, alarms } = world()
  server.rev = 1
  server.fails = 1

  line.onHint.ring({ on: "wallet:w", rev: 1 })
  await settled()
  assert.deepEqual(shown, [])
  for (const alarm of alarms) alarm()
  await settled()

  assert.deepEqual(shown, [1])
})

test("without a line nothing is asked", async () => {
  const { server, line, wallet } = world()
  line.state = "waiting"

  await wallet.look()

  assert.deepEqual(server.asked, [])
})
