import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { EmojiIndex, withTone } from "#chat/emoji_index.js"

const DATA = JSON.parse(readFileSync(new URL("../../chat/static/chat/emoji.json", import.meta.url)))
const indonesian = new EmojiIndex(DATA, "id")
const found = (query, index = indonesian) => index.search(query).map(({ emoji }) => emoji)

test("emoji are found in Indonesian and in English, by name, keyword and beginnings of words", () => {
  assert.ok(found("wkwk").includes("😆"))
  assert.ok(found("nasi").includes("🍚"))
  assert.ok(found("rice").includes("🍚"))
  assert.ok(found("bendera indo").includes("🇮🇩"))
  assert.equal(found("KOPI")[0], "☕")
  assert.deepEqual(found("xyzzy"), [])
  assert.deepEqual(found("  "), [])
})

test("emoji are found by the words of prayer and Lebaran", () => {
  assert.deepEqual(found("ketupat"), ["🫔", "🍙"])
  for (const word of ["salat", "sholat", "shalat"]) assert.deepEqual(found(word).slice(-3), ["🕌", "📿", "🛐"])
  assert.deepEqual(found("lebaran"), ["🙏", "🫔", "🕌", "🌙"])
})

test("labels are in the language of the page, and in Indonesian where the page has another", () => {
  assert.equal(indonesian.byEmoji.get("😀").label, "wajah gembira")
  assert.equal(new EmojiIndex(DATA, "en").byEmoji.get("😀").label, "grinning face")
  assert.equal(new EmojiIndex(DATA, "fr").byEmoji.get("😀").label, "wajah gembira")
})

test("a skin tone goes to every person of an emoji and to nothing else", () => {
  assert.equal(withTone("👍", 3), "👍🏽")
  assert.equal(withTone("☝️", 1), "☝🏻")
  assert.equal(withTone("👩‍❤️‍👨", 5), "👩🏿‍❤️‍👨🏿")
  assert.equal(withTone("🍚", 3), "🍚")
  assert.equal(withTone("👍", 0), "👍")
})

test("each emoji has a name in both languages and stands once", () => {
  const all = DATA.groups.flatMap(({ emoji }) => emoji)
  assert.ok(all.length > 1_800)
  assert.equal(new Set(all.map(([emoji]) => emoji)).size, all.length)
  for (const [emoji, , id, , en] of all) assert.ok(emoji && id && en)
})
