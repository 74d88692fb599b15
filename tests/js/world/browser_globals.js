// What every browser offers and Node 18, which Debian 12 brings, offers only as modules. Imported before what uses it.
import { File } from "node:buffer"
import { webcrypto } from "node:crypto"

globalThis.crypto ??= webcrypto
globalThis.File ??= File
