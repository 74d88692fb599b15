import assert from "node:assert/strict"
import { test } from "node:test"

globalThis.HTMLElement ??= class {}
const { RegionSearch } = await import("#addresses/region_search.js")

/** A search whose answers come when the test says so. */
function searching() {
  const search = new RegionSearch()
  search.dataset = { address: "/api/v1/regions" }
  const shown = []
  search.show = (rows) => shown.push(rows)
  const answers = []
  globalThis.fetch = (address) => new Promise((resolve, reject) => answers.push({ address, resolve, reject }))
  const found = (rows) => ({ ok: true, json: async () => ({ rows }) })
  return { search, shown, answers, found }
}

test("what was typed is asked for in words, whatever they are", async () => {
  const { search, shown, answers, found } = searching()

  const done = search.search("ja'an & co")
  answers[0].resolve(found(["a village"]))
  await done

  assert.equal(answers[0].address, "/api/v1/regions?search=ja%27an+%26+co")
  assert.deepEqual(shown, [["a village"]])
})

test("an answer to older words that comes last shows nothing", async () => {
  const { search, shown, answers, found } = searching()

  const older = search.search("ciku")
  const newer = search.search("cikutra")
  answers[1].resolve(found(["cikutra"]))
  answers[0].resolve(found(["ciku"]))
  await Promise.all([older, newer])

  assert.deepEqual(shown, [["cikutra"]])
})

test("a refusal or a broken line leaves what is there", async () => {
  const { search, shown, answers } = searching()

  const refused = search.search("cikutra")
  const broken = search.search("cikutra b")
  answers[0].resolve({ ok: false })
  answers[1].reject(new TypeError("no line"))
  await Promise.all([refused, broken])

  assert.deepEqual(shown, [])
})

test("an answer that comes after the field was cleared, or after the page was left, shows nothing", async () => {
  for (const end of [(search) => search.handleEvent({ target: { value: "c" } }), (search) => search.disconnectedCallback()]) {
    const { search, shown, answers, found } = searching()

    const done = search.search("cikutra")
    end(search)
    answers[0].resolve(found(["cikutra"]))
    await done

    assert.deepEqual(shown, [])
  }
})
