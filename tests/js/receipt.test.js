import assert from "node:assert/strict"
import { test } from "node:test"

import { Receipt } from "#lib/receipt.js"
import "./world/browser_globals.js"

const encode = (value) => Buffer.from(value).toString("base64url")

async function world() {
  const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])
  const { x } = await crypto.subtle.exportKey("jwk", publicKey)
  const sign = async (document, header = { alg: "EdDSA", kid: "k1" }) => {
    const signed = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(document))}`
    const signature = await crypto.subtle.sign({ name: "Ed25519" }, privateKey, new TextEncoder().encode(signed))
    return `${signed}.${encode(new Uint8Array(signature))}`
  }
  return { keys: [{ kid: "k1", x }], sign }
}

test("the standard's own example is found genuine", async () => {
  // RFC 8037, appendix A.4. Its payload is no document, so what is read here is its signature alone.
  const receipt = new Receipt(`${encode('{"alg":"EdDSA"}')}.${encode("{}")}.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg`)
  receipt.signed = new TextEncoder().encode("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")
  const keys = [{ kid: undefined, x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }]

  assert.equal(await receipt.check(keys, crypto.subtle), "ours")
})

test("a receipt says what was signed, however it was pasted", async () => {
  const { keys, sign } = await world()
  const text = await sign({ number: "NS-1", seller: { name: "Warung “Bu Tini” ☕" } })

  const receipt = Receipt.read(`  ${text.slice(0, 40)}\n${text.slice(40)}\n`)

  assert.equal(await receipt.check(keys, crypto.subtle), "ours")
  assert.equal(receipt.document.seller.name, "Warung “Bu Tini” ☕")
})

test("changed anywhere, it is no receipt of ours", async () => {
  const { keys, sign } = await world()
  const text = await sign({ total: { amount_minor: 100, asset: "IDR" } })
  const [header, , signature] = text.split(".")
  const forged = [
    `${header}.${encode(JSON.stringify({ total: { amount_minor: 900, asset: "IDR" } }))}.${signature}`,
    text.slice(0, -4) + "AAAA",
    await sign({ a: 1 }, { alg: "none", kid: "k1" }),
    await sign({ a: 1 }, { alg: "EdDSA", kid: "somebody" }),
  ]

  for (const one of forged) assert.equal(await Receipt.read(one).check(keys, crypto.subtle), "not_ours")
})

test("what is no receipt at all is not read", () => {
  for (const pasted of ["", "hello", "a.b", "a.b.c", "e30.e30.!", "e30.bnVsbA.AA", "e30.W10.AA", "e31.e30.AA", "x".repeat(20_000)]) {
    assert.equal(Receipt.read(pasted), null, pasted.slice(0, 20))
  }
})

test("a browser that cannot check says so, and neither yes nor no", async () => {
  const { keys, sign } = await world()
  const receipt = Receipt.read(await sign({ a: 1 }))
  const unknowing = { importKey: async () => { throw new DOMException("Ed25519?", "NotSupportedError") } }

  assert.equal(await receipt.check(keys, undefined), "unable")
  assert.equal(await receipt.check(keys, unknowing), "unable")
})
