import assert from "node:assert/strict"
import { test } from "node:test"

import { momentOf, readMute } from "#chat/mute_dialog.js"

const now = Date.parse("2027-03-01T02:03:04.000Z")
const at = (choice, written = "", timeZone = "Asia/Jakarta") => readMute(choice, written, { now, timeZone })

test("a conversation is muted for a span, or without an end", () => {
  assert.deepEqual(["8h", "1w", "always"].map((choice) => at(choice).at), ["2027-03-01T10:03:04.000Z", "2027-03-08T02:03:04.000Z", "2127-02-05T02:03:04.000Z"])
})

test("a time of one's own is of one's own zone, summer and winter", () => {
  assert.equal(at("own", "2027-03-02T09:30").at, "2027-03-02T02:30:00.000Z")
  assert.equal(at("own", "2027-03-02T09:30", "Asia/Jayapura").at, "2027-03-02T00:30:00.000Z")
  assert.equal(at("own", "2027-03-27T23:30", "Europe/Berlin").at, "2027-03-27T22:30:00.000Z")
  assert.equal(at("own", "2027-03-28T12:00", "Europe/Berlin").at, "2027-03-28T10:00:00.000Z")
  assert.equal(momentOf("2027-07-01T00:00", "Pacific/Marquesas"), Date.parse("2027-07-01T09:30:00Z"))
})

test("a time that makes no sense is said to make none", () => {
  const problems = ["", "besok", "2027-13-01T10:00", "2027-03-01T09:03", "9999-01-01T00:00"].map((written) => at("own", written).problem)

  assert.deepEqual(problems, ["mute_time_invalid", "mute_time_invalid", "mute_time_invalid", "mute_time_passed", "mute_time_too_far"])
})
