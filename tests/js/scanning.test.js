import assert from "node:assert/strict"
import { test } from "node:test"

import { frameSize, toGrey } from "#payments/frames.js"

test("a frame fits into what the server takes, upright or across, and is never larger than its picture", () => {
  assert.deepEqual(frameSize(1280, 720), { width: 640, height: 360 })
  assert.deepEqual(frameSize(720, 1280), { width: 360, height: 640 })
  assert.deepEqual(frameSize(1000, 1000), { width: 480, height: 480 })
  assert.deepEqual(frameSize(320, 200), { width: 320, height: 200 })
})

test("a frame has one byte of brightness for each pixel", () => {
  const pixels = Uint8ClampedArray.from([0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 255, 0, 255, 0, 255])

  assert.deepEqual([...toGrey(pixels)], [0, 255, 76, 149])
})
