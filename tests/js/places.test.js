import assert from "node:assert/strict"
import { test } from "node:test"

import { placeIn } from "#chat/places.js"

const PRAMBANAN = { latitude: -7.752, longitude: 110.4915 }

test("a place is read from what people type, and from links of the maps they use", () => {
  for (const text of [
    "-7.752, 110.4915",
    " -7.752 110.4915 ",
    "-7.752;110.4915",
    "-7,752, 110,4915",
    "-7,752 110,4915",
    "7°45'7.2\"S 110°29'29.4\"E",
    "geo:-7.752,110.4915?z=15",
    "https://www.google.com/maps/place/Candi+Prambanan/@-7.75,110.48,17z/data=!3m1!4b1!4m6!8m2!3d-7.752!4d110.4915",
    "https://www.google.com/maps/@-7.752,110.4915,15z",
    "https://maps.google.com/?q=-7.752,110.4915",
    "https://www.google.com/maps/search/?api=1&query=-7.752%2C110.4915",
    "https://maps.apple.com/?ll=-7.752,110.4915&q=Prambanan",
    "https://www.openstreetmap.org/#map=17/-7.752/110.4915",
    "https://www.openstreetmap.org/?mlat=-7.752&mlon=110.4915#map=5/1/2",
  ])
    assert.deepEqual(placeIn(text), PRAMBANAN, text)
})

test("what names no place on Earth is none", () => {
  for (const text of ["", "Prambanan", "110.4915", "-91, 0", "0, 181", "https://maps.app.goo.gl/AbCdEf", "%", "1,2,3", "999.5, 1000"]) assert.equal(placeIn(text), null, text)
})
