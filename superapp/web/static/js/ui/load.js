import { toast } from "#ui/toast.js"

/**
 * Fetch code that is needed now. Without a line the person is told, and whoever asked gets the failure, and must not keep it: the next
 * try fetches again.
 *
 * @template T
 * @param {() => Promise<T>} importing
 * @param {import("#ui/page_data.js").PageData} data
 * @returns {Promise<T>}
 */
export async function load(importing, data) {
  try {
    return await importing()
  } catch (failure) {
    toast(data.word("unavailable"))
    throw failure
  }
}
