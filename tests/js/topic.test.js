import assert from "node:assert/strict"
import { test } from "node:test"

import { Refused } from "#lib/refused.js"
import { Topic } from "#lib/topic.js"
import { Unanswered } from "#lib/unanswered.js"
import { FakeClock, settle } from "./world/fake_clock.js"

function topic(changesAfter = async () => assert.fail("nothing should be fetched")) {
  const clock = new FakeClock()
  const applied = []
  const asked = []
  const one = new Topic({
    apply: (row) => applied.push(row),
    changesAfter: (after) => (asked.push(after), changesAfter(after)),
    startOver: () => applied.push("start over"),
    clock,
    random: () => 0.5,
  })
  return { one, applied, asked, clock }
}

test("the next change is applied, an old one is dropped", async () => {
  const { one, applied } = topic()
  one.adopt(4)

  one.hear(5, "five")
  one.hear(5, "five again")
  one.hear(3, "three")

  assert.deepEqual(applied, ["five"])
  assert.equal(one.rev, 5)
})

test("hints that cross are put in order without asking", async () => {
  const { one, applied, asked, clock } = topic()
  one.adopt(4)

  one.hear(7, "seven")
  one.hear(6, "six")
  await clock.advance(250)
  one.hear(5, "five")
  await clock.advance(10_000)

  assert.deepEqual(applied, ["five", "six", "seven"])
  assert.deepEqual(asked, [])
})

test("a hole that stays is fetched after 400 ms", async () => {
  const { one, applied, asked, clock } = topic(async () => ({ rev: 7, rows: ["all up to seven"], more: false }))
  one.adopt(4)

  one.hear(7, "seven")
  await clock.advance(399)
  assert.deepEqual(asked, [])
  await clock.advance(1)

  assert.deepEqual(asked, [4])
  assert.deepEqual(applied, ["all up to seven"])
  assert.equal(one.rev, 7)
})

test("the number of a delta is adopted even when it brings no rows", async () => {
  const { one, applied } = topic(async () => ({ rev: 9, rows: [], more: false }))
  one.adopt(4)

  await one.reach(9)

  assert.equal(one.rev, 9)
  assert.deepEqual(applied, [])
})

test("a long delta is read page by page, each after the last row of the one before", async () => {
  const pages = { 4: { rev: 6, rows: ["a"], more: true }, 6: { rev: 8, rows: ["b"], more: true }, 8: { rev: 9, rows: ["c"], more: false } }
  const { one, applied, asked } = topic(async (after) => pages[after])
  one.adopt(4)

  await one.reach(9)

  assert.deepEqual(asked, [4, 6, 8])
  assert.deepEqual(applied, ["a", "b", "c"])
})

test("hints that come while nothing is held yet follow what is then adopted", () => {
  const { one, applied } = topic()

  one.hear(4, "four")
  one.hear(5, "five")
  one.adopt(4)

  assert.deepEqual(applied, ["five"])
})

test("two reasons to fetch are one fetch", async () => {
  let answer
  const { one, asked } = topic(() => new Promise((resolve) => (answer = resolve)))
  one.adopt(1)

  one.reach(3)
  one.reach(3)
  answer({ rev: 3, rows: [], more: false })
  await settle()

  assert.deepEqual(asked, [1])
})

test("a broken line leaves the wish, and healing fulfils it", async () => {
  let isBroken = true
  const { one } = topic(async () => {
    if (isBroken) throw new Unanswered({ wasHanded: false })
    return { rev: 3, rows: [], more: false }
  })
  one.adopt(1)
  await one.reach(3)
  assert.equal(one.rev, 1)

  isBroken = false
  await one.heal()

  assert.equal(one.rev, 3)
})

test("a busy server is asked again after the time it named", async () => {
  let refusals = 1
  const { one, asked, clock } = topic(async () => {
    if (refusals-- > 0) throw new Refused({ code: "rate_limited", message: "", retry_after: 7 })
    return { rev: 3, rows: [], more: false }
  })
  one.adopt(1)

  await one.reach(3)
  await clock.advance(6_999)
  assert.deepEqual(asked, [1])
  await clock.advance(1)

  assert.deepEqual(asked, [1, 1])
  assert.equal(one.rev, 3)
})

test("a server that knows less than I do was restored", async () => {
  const { one, applied } = topic(async () => ({ rev: 2, rows: [], more: false }))
  one.adopt(4)

  await one.reach(5)

  assert.deepEqual(applied, ["start over"])
})

test("an announced number that nobody has is not asked for without end", async () => {
  const { one, asked } = topic(async () => ({ rev: 4, rows: [], more: false }))
  one.adopt(4)

  await one.reach(99)

  assert.deepEqual(asked, [4])
})

test("a flood of hints ahead of a hole is bounded, and all of it is fetched", async () => {
  const { one, applied, clock } = topic(async () => ({ rev: 1_000, rows: ["everything"], more: false }))
  one.adopt(1)

  for (let rev = 3; rev <= 1_000; rev++) one.hear(rev, `hint ${rev}`)
  await clock.advance(1_000)

  assert.deepEqual(applied, ["everything"])
  assert.equal(one.rev, 1_000)
})
