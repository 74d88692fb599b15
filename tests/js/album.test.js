import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { addressOf, carriedBy, photosOf, sizeInBubble } from "#chat/photos.js"
import { decodeThumbHash } from "#chat/thumb_hash.js"
import { WordsOf } from "#chat/words_of.js"

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url)))

for (const { name, hash, size, points } of read("thumb_hashes.json")) {
  test(`a ThumbHash is painted as the photo that it was made of: ${name}`, () => {
    const { width, height, pixels } = decodeThumbHash(hash)

    assert.ok(Math.abs(width / height - size[0] / size[1]) < 0.35, `${width}×${height}`)
    for (const { at, colour } of points) {
      const start = (Math.floor(at[1] * height) * width + Math.floor(at[0] * width)) * 4
      colour.forEach((value, channel) => assert.ok(Math.abs(pixels[start + channel] - value) < 40, `${at}: ${pixels.slice(start, start + 4)}, not ${colour}`))
      assert.equal(pixels[start + 3], 255)
    }
  })
}

test("what is no ThumbHash is painted as nothing", () => {
  for (const text of ["", "AAA=", "not base64!"]) assert.equal(decodeThumbHash(text), null)
})

test("a ThumbHash that is cut short is painted all the same", () => {
  assert.equal(decodeThumbHash("1QcSHQRn").pixels.length % 4, 0)
})

for (const { photo, shown } of read("photo_sizes.json")) {
  test(`a photo of ${photo[0]}×${photo[1]} is shown at ${shown[0]}×${shown[1]}`, () => {
    assert.deepEqual(sizeInBubble({ width: photo[0], height: photo[1] }), { width: shown[0], height: shown[1] })
  })
}

const words = () => {
  const sentences = { photo: "Foto", photos: "{count} foto", recalled: "Pesan dihapus" }
  const data = { has: (key) => key in sentences, word: (key, values = {}) => sentences[key].replace(/\{(\w+)\}/g, (_, name) => values[name]) }
  return new WordsOf({ data, inbox: { person: () => undefined }, me: { id: "ana" } })
}
const row = (count, body = "") => ({ kind: "text", from: "ana", body, extras: { attachment: { type: "photos", photos: Array(count).fill({ id: "x" }) } } })

test("a line says how many photos there are, and what is said of them", () => {
  assert.equal(words().line(row(1)), "📷 Foto")
  assert.equal(words().line(row(1, "di pasar")), "📷 di pasar")
  assert.equal(words().line(row(3)), "📷 3 foto")
  assert.equal(words().line(row(3, "di\npasar")), "📷 3 foto · di pasar")
  assert.equal(words().line({ ...row(3), recalled_at: "2027-03-01T00:00:00Z" }), "Pesan dihapus")
})

test("only an attachment of photos has photos", () => {
  assert.equal(photosOf(row(2)).length, 2)
  assert.deepEqual(photosOf({ extras: null }), [])
  assert.deepEqual(photosOf({}), [])
  assert.deepEqual(photosOf({ extras: { attachment: { type: "poll" } } }), [])
  assert.equal(carriedBy({}), null)
})

test("each size of a photo has its address", () => {
  assert.deepEqual(["small", "large", "original"].map((size) => addressOf("x", size)), [
    "/media/berkas/x/small.webp",
    "/media/berkas/x/large.webp",
    "/media/berkas/x/original",
  ])
})
