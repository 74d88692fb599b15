/** Whether a click means "here": with another button or a key held, the browser opens a link elsewhere. */
export function isPlainClick({ button, metaKey, ctrlKey, shiftKey, altKey }) {
  return button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey
}
