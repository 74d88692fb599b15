import { forgetWhoIsGone } from "#ui/forget.js"

// All that a page without scripts runs, on a device whose session ended elsewhere.
forgetWhoIsGone()
