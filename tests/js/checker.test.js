import assert from "node:assert/strict"
import { createHash, generateKeyPairSync, sign, webcrypto } from "node:crypto"
import { test } from "node:test"

import { verifyByArithmetic, verifySignature } from "#payments/checker/ed25519.js"
import { ProofRejected, verifyProof } from "#payments/checker/proof.js"
import { sha256, sha512 } from "#payments/checker/sha2.js"

const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"))
const bytes = (text) => new TextEncoder().encode(text)

test("hashes are those of another library, whatever the length", () => {
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 1_000]) {
    const message = Uint8Array.from({ length }, (_, i) => (i * 7) % 256)
    for (const [name, ours] of Object.entries({ sha256, sha512 })) {
      assert.equal(Buffer.from(ours(message)).toString("hex"), createHash(name).update(message).digest("hex"), `${name} ${length}`)
    }
  }
})

// RFC 8032, section 7.1: key, message, signature.
const VECTORS = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
]

test("signatures of the RFC hold, and no other ones", () => {
  for (const [key, message, signature] of VECTORS) {
    assert.equal(verifyByArithmetic(hex(key), hex(signature), hex(message)), true)
    assert.equal(verifyByArithmetic(hex(key), hex(signature), hex(`${message}00`)), false)
    for (const at of [0, 31, 32, 62]) {
      const forged = hex(signature)
      forged[at] ^= 1
      assert.equal(verifyByArithmetic(hex(key), forged, hex(message)), false)
    }
  }
})

test("a signature with a number above the order is refused", () => {
  const [key, message, signature] = VECTORS[0]
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const forged = hex(signature)
  let s = forged.slice(32).reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n) + order
  for (let i = 32; i < 64; i += 1, s >>= 8n) forged[i] = Number(s & 255n)

  assert.equal(verifyByArithmetic(hex(key), forged, hex(message)), false)
})

test("points that are none are refused", () => {
  const [, message, signature] = VECTORS[0]
  const broken = [new Uint8Array(32).fill(255), new Uint8Array(31), hex(`02${"00".repeat(31)}`)]

  for (const key of broken) assert.equal(verifyByArithmetic(key, hex(signature), hex(message)), false)
})

/** A ledger of some leaves under a chain of two keys, of which the second may have replaced the first without its signature. */
function makeProof({ leaves = 5, index = 2, memo = "bakso", lost = false, replaces } = {}) {
  const keys = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")]
  const publics = keys.map(({ publicKey }) => publicKey.export({ format: "jwk" }).x)
  const ids = publics.map((x) => createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url"))
  const signers = lost ? [0, 1] : [0, 0]
  const statements = publics.map((x, i) => JSON.stringify({ key: ids[i], public: x, previous: ids[signers[i]], since: "", ...(lost && i ? { replaces: replaces ?? ids[0] } : {}) }))
  const signed = (context, text, { privateKey }) => sign(null, Buffer.from(`${context}\0${text}`), privateKey).toString("hex")
  const digest = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest()
  const memo_hash = createHash("sha256").update(`salt${memo}`).digest("hex")
  const texts = Array.from({ length: leaves }, (_, i) => JSON.stringify({ journal: `j${i}`, memo_hash, transfers: [] }))
  let level = texts.map((text) => digest([0], text))
  const path = []
  for (let at = index; level.length > 1; at >>= 1) {
    if (level[at ^ 1]) path.push(level[at ^ 1].toString("hex"))
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => (level[2 * i + 1] ? digest([1], level[2 * i], level[2 * i + 1]) : level[2 * i]))
  }
  const block = JSON.stringify({ block: 9, root: level[0].toString("hex"), leaves, key: ids[1], sealed_at: "" })
  return {
    ids,
    proof: {
      format: "nusa-ledger-proof-1",
      leaf: texts[index],
      index,
      path,
      block,
      signature: signed("nusa ledger block", block, keys[1]),
      keys: statements.map((statement, i) => ({ statement, signature: signed("nusa ledger key", statement, keys[signers[i]]) })),
      memo: { text: memo, salt: "salt" },
    },
  }
}

for (const subtle of [webcrypto.subtle, undefined]) {
  const by = subtle ? "with WebCrypto" : "by arithmetic"

  test(`a proof holds at each place of trees of each size, ${by}`, async () => {
    for (const leaves of [1, 2, 3, 5, 8]) {
      for (const index of new Set([0, leaves - 1])) {
        const { proof, ids } = makeProof({ leaves, index })
        const { journal, block, memo } = await verifyProof(JSON.stringify(proof), { trusted: [ids[0]], subtle })
        assert.deepEqual([journal.journal, block.block, memo], [`j${index}`, 9, "bakso"])
      }
    }
  })

  test(`a proof with any field altered is refused with the reason, ${by}`, async () => {
    const { proof } = makeProof()
    const [first, second] = proof.keys
    const altered = {
      journal: [{ leaf: proof.leaf.replace("j2", "j3") }, { index: 3 }, { index: -1 }, { path: proof.path.slice(1) }, { path: [...proof.path, proof.path[0]] }],
      block: [{ block: proof.block.replace(":9", ":8") }, { signature: "00".repeat(64) }],
      keys: [{ keys: [first] }, { keys: [second] }, { keys: [first, { ...second, signature: first.signature }] }],
      memo: [{ memo: { text: "soto", salt: "salt" } }, { memo: { text: "bakso", salt: "" } }],
      file: [{ format: "x" }, { keys: [] }, { unknown: 1 }, { path: ["zz"] }, { path: "x" }, { leaf: 1 }],
    }
    for (const [reason, changes] of Object.entries(altered)) {
      for (const change of changes) {
        await assert.rejects(verifyProof(JSON.stringify({ ...proof, ...change }), { subtle }), (fault) => fault instanceof ProofRejected && fault.reason === reason, JSON.stringify(change))
      }
    }
  })
}

test("a key that replaced a lost one is named, and trusted by itself alone", async () => {
  const { proof, ids } = makeProof({ lost: true })

  const { replaced } = await verifyProof(JSON.stringify(proof), { trusted: ids })

  assert.deepEqual(replaced.map(({ key, replaces }) => [key, replaces]), [[ids[1], ids[0]]])
  await assert.rejects(verifyProof(JSON.stringify(proof), { trusted: [ids[0]] }), { reason: "replaced" })
  await assert.rejects(verifyProof(JSON.stringify(proof), { trusted: ["other"] }), { reason: "stranger" })
  await assert.rejects(verifyProof(JSON.stringify(makeProof({ lost: true, replaces: "other" }).proof)), { reason: "keys" })
  await assert.rejects(verifyProof(JSON.stringify({ ...proof, keys: [proof.keys[1]] })), { reason: "keys" })
})

test("a key that was signed by the one before replaced none", async () => {
  const { replaced } = await verifyProof(JSON.stringify(makeProof().proof))

  assert.deepEqual(replaced, [])
})

test("a proof of somebody else's ledger is a stranger's", async () => {
  const { proof } = makeProof()

  await assert.rejects(verifyProof(JSON.stringify(proof), { trusted: ["other"] }), { reason: "stranger" })
})

test("what is no proof is refused", async () => {
  for (const text of ["", "{", "[]", "null", "{}", "x".repeat(300_000)]) await assert.rejects(verifyProof(text), { reason: "file" })
})

test("a browser that does not know the algorithm is helped", async () => {
  const [key, message, signature] = VECTORS[1]
  const subtle = { importKey: () => Promise.reject(new DOMException("", "NotSupportedError")) }

  assert.equal(await verifySignature({ publicKey: hex(key), signature: hex(signature), message: hex(message), subtle }), true)
  assert.equal(await verifySignature({ publicKey: hex(key), signature: hex(signature), message: bytes("x"), subtle }), false)
})
