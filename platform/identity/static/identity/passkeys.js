// What the browser refuses (cancelled, timed out, no key) is said on the page, beside the button.
document.addEventListener('allauth.error', function (event) {
  const note = document.querySelector('[data-passkey-error]')
  if (note) {
    note.hidden = false
    event.preventDefault()
  }
})
