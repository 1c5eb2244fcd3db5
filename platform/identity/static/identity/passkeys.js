// Most people sign in without a passkey: what speaks with it comes when its button is about to be pressed.
{
  const names = document.currentScript.dataset.library.split(' ')
  let library = null

  function load (src) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script')
      Object.assign(script, { src, async: false, onload: resolve, onerror: reject }) // in the order of the names
      document.head.append(script)
    })
  }

  function bring () {
    library ??= Promise.all(names.map(load))
    library.catch(() => { library = null }) // the next press tries again
    return library
  }

  function complain () {
    const note = document.querySelector('[data-passkey-error]')
    if (note) note.hidden = false
    return Boolean(note)
  }

  for (const use of document.querySelectorAll('script[data-allauth-onload]')) {
    const options = JSON.parse(use.textContent)
    const { login, authenticate, add } = options.ids
    const button = document.getElementById(login ?? authenticate ?? add)
    let ready = null

    // once the library is there it listens itself, and hears this press a second time
    async function press (event) {
      event.preventDefault()
      if (ready) return
      try {
        await (ready = bring())
      } catch {
        ready = null
        complain()
        return
      }
      button.removeEventListener('click', press)
      const start = use.dataset.allauthOnload.split('.').reduce((part, name) => part[name], window)
      start(options)
      button.click()
    }
    button.addEventListener('click', press)
    for (const near of ['pointerover', 'focus']) button.addEventListener(near, () => { bring().catch(() => {}) }, { once: true })
  }

  // what the browser refuses (cancelled, timed out, no key) is said on the page, beside the button
  document.addEventListener('allauth.error', (event) => {
    if (complain()) event.preventDefault()
  })
}
