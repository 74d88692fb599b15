import assert from "node:assert/strict"
import { test } from "node:test"

import { downscaled, fitted, LONGEST } from "#ui/downscale.js"
import { OrderOfPhotos } from "#shop/order_of_photos.js"
import "./world/browser_globals.js"

test("a photo is fitted into the longest side and keeps its ratio", () => {
  assert.deepEqual(fitted(4000, 3000), { width: 1600, height: 1200, isSame: false })
  assert.deepEqual(fitted(3000, 4000), { width: 1200, height: 1600, isSame: false })
  assert.deepEqual(fitted(20_000, 3), { width: 1600, height: 1, isSame: false })
})

test("a photo is never made larger", () => {
  assert.deepEqual(fitted(320, 240), { width: 320, height: 240, isSame: true })
  assert.deepEqual(fitted(LONGEST, LONGEST), { width: LONGEST, height: LONGEST, isSame: true })
})

const file = (bytes, name = "IMG_1.HEIC", type = "image/heic") => new File([new Uint8Array(bytes)], name, { type })

function studio({ width = 4000, height = 3000, blob = new Blob([new Uint8Array(50)], { type: "image/jpeg" }), fails = false } = {}) {
  const seen = { closed: 0, drawn: [] }
  return {
    seen,
    decode: async () => {
      if (fails) throw new Error("no picture")
      return { width, height, close: () => (seen.closed += 1) }
    },
    draw: async (_picture, { width, height }) => {
      seen.drawn.push([width, height])
      return blob
    },
  }
}

test("a large photo travels smaller, as JPEG under its own name", async () => {
  const { seen, ...tools } = studio()

  const smaller = await downscaled(file(5_000_000), tools)

  assert.equal(smaller.name, "IMG_1.jpg")
  assert.equal(smaller.type, "image/jpeg")
  assert.equal(smaller.size, 50)
  assert.deepEqual(seen, { closed: 1, drawn: [[1600, 1200]] })
})

test("a small photo travels as it is", async () => {
  const { seen, ...tools } = studio({ width: 800, height: 600 })
  const small = file(100_000)

  assert.equal(await downscaled(small, tools), small)
  assert.deepEqual(seen, { closed: 1, drawn: [] })
})

test("what cannot be read here is left to the server, which says why", async () => {
  const { seen, ...tools } = studio({ fails: true })
  const strange = file(2_000)

  assert.equal(await downscaled(strange, tools), strange)
  assert.equal(seen.closed, 0)
})

test("what would become larger, or nothing, travels as it is", async () => {
  const big = file(1_000)
  for (const blob of [new Blob([new Uint8Array(2_000)]), null]) {
    const { seen, ...tools } = studio({ blob })

    assert.equal(await downscaled(big, tools), big)
    assert.equal(seen.closed, 1)
  }
})

test("photos are moved to a place, and no further than the ends", () => {
  const order = new OrderOfPhotos(["a", "b", "c"])

  assert.equal(order.move("c", 0), true)
  assert.deepEqual(order.names, ["c", "a", "b"])
  assert.equal(order.move("c", 99), true)
  assert.deepEqual(order.names, ["a", "b", "c"])
  assert.equal(order.move("a", -5), false)
  assert.equal(order.move("unknown", 1), false)
  assert.deepEqual(order.names, ["a", "b", "c"])
})

test("a step at an end is no step", () => {
  const order = new OrderOfPhotos(["a", "b"])

  assert.equal(order.step("a", -1), false)
  assert.equal(order.step("a", 1), true)
  assert.deepEqual(order.names, ["b", "a"])
})

test("a step of what is not there moves nothing", () => {
  const order = new OrderOfPhotos(["a", "b"])

  assert.equal(order.step("x", 1), false)
  assert.deepEqual(order.names, ["a", "b"])
})
