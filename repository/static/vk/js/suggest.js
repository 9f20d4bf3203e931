// Suggestions under a search box: a combobox whose list the server makes. Without this script the box is a box.
const WAIT = 120

for (const form of document.querySelectorAll('form[data-suggest]')) {
  const box = form.querySelector('input[name=q]')
  if (box) suggestFor(form, box)
}

function suggestFor(form, box) {
  const list = document.createElement('ul')
  list.id = `${box.id}-suggestions`
  list.className = 'vk-suggest'
  list.role = 'listbox'
  list.hidden = true
  list.setAttribute('aria-label', box.labels?.[0]?.textContent ?? '')
  form.append(list)
  box.role = 'combobox'
  box.setAttribute('aria-autocomplete', 'list')
  box.setAttribute('aria-expanded', 'false')
  box.setAttribute('aria-controls', list.id)

  let timer = 0
  let asking = null
  let typed = box.value
  let asked = null

  const options = () => [...list.children]
  const here = () => list.querySelector('[aria-selected=true]')

  function close() {
    clearTimeout(timer)
    asking?.abort()
    asked = null
    list.hidden = true
    box.setAttribute('aria-expanded', 'false')
    box.removeAttribute('aria-activedescendant')
  }

  function choose(option) {
    here()?.setAttribute('aria-selected', 'false')
    option?.setAttribute('aria-selected', 'true')
    if (option) {
      box.setAttribute('aria-activedescendant', option.id)
      option.scrollIntoView({ block: 'nearest' })
    } else box.removeAttribute('aria-activedescendant')
  }

  async function ask() {
    asking?.abort()
    asking = new AbortController()
    const words = box.value
    try {
      const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q: words })}`, { signal: asking.signal })
      if (!answer.ok || answer.redirected || box.value !== words) return
      list.innerHTML = await answer.text()
      for (const option of options()) option.id = `${box.id}-${option.id}`
      asked = words
      typed = words
      const any = options().length > 0 && document.activeElement === box
      list.hidden = !any
      box.setAttribute('aria-expanded', String(any))
      box.removeAttribute('aria-activedescendant')
    } catch (error) {
      if (error.name !== 'AbortError') close()
    }
  }

  function go(option) {
    close()
    if (option.dataset.url) location.assign(option.dataset.url)
    else {
      box.value = option.dataset.query
      box.focus()
      later()
    }
  }

  function later() {
    clearTimeout(timer)
    timer = setTimeout(ask, WAIT)
  }

  box.addEventListener('input', event => {
    // While an input method puts a letter together there is nothing to ask yet.
    if (!event.isComposing) later()
  })
  box.addEventListener('compositionend', later)
  box.addEventListener('blur', close)
  form.addEventListener('submit', close)
  list.addEventListener('mousedown', event => event.preventDefault())
  list.addEventListener('click', event => {
    const option = event.target.closest('[role=option]')
    if (option) go(option)
  })

  box.addEventListener('keydown', event => {
    if (event.isComposing) return
    const all = options()
    const at = all.indexOf(here())
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault()
      box.value = typed
      close()
    } else if (event.key === 'ArrowDown' && list.hidden && asked === null) {
      event.preventDefault()
      ask()
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !list.hidden) {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      // Past either end stands the box itself, with what was typed.
      const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step
      choose(all[next])
    } else if (event.key === 'Enter' && at >= 0 && !list.hidden) {
      event.preventDefault()
      go(all[at])
    } else if (event.key === 'Tab') close()
  })
}
