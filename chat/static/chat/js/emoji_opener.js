import { toast } from "#ui/toast.js"

let loading = null

/** Open the picker of any emoji at an element, fetched when it is first wanted; `pick` answers whether it stays open. */
export async function openEmojiPicker(page, opener, pick) {
  try {
    const { EmojiPicker } = await import("#chat/emoji_picker.js")
    loading ??= EmojiPicker.load({ document, boot: page.boot, store: page.store, data: page.data })
    const picker = await loading
    picker.open(opener, pick)
  } catch (failure) {
    loading = null
    toast(page.data.word("unavailable"))
    throw failure
  }
}
