// Where a value was read: a slip under its cell, in the browser's top layer, so that no scrolling frame cuts it off.

const PATIENCE = 350

export class Slip {
  constructor(element) {
    this.element = element
    this.known = new Map()
    this.cell = null
    this.element.addEventListener('mouseleave', () => this.hideSoon())
    this.element.addEventListener('mouseenter', () => clearTimeout(this.timer))
    addEventListener('scroll', () => this.hide(), { capture: true, passive: true })
    addEventListener('resize', () => this.hide())
  }

  get open() { return this.element.matches(':popover-open') }

  soon(cell) {
    clearTimeout(this.timer)
    if (this.open && this.cell === cell) return
    this.timer = setTimeout(() => this.show(cell), PATIENCE)
  }

  hideSoon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.hide(), PATIENCE)
  }

  hide() {
    clearTimeout(this.timer)
    if (this.open) this.element.hidePopover()
    this.cell?.removeAttribute('aria-describedby')
    this.cell = null
  }

  forget(id) {
    for (const key of [...this.known.keys()]) if (key.includes(id)) this.known.delete(key)
  }

  async show(cell) {
    this.hide()
    const row = cell.closest('tr[data-id]')
    const key = `/documents/${row.dataset.id}/read/?field=${cell.dataset.f}`
    this.cell = cell
    let html = this.known.get(key)
    if (html === undefined) {
      try {
        const response = await fetch(key, { headers: { Accept: 'text/html' }, redirect: 'error' })
        if (!response.ok) return
        html = await response.text()
      } catch {
        return
      }
      this.known.set(key, html)
    }
    if (this.cell !== cell || !cell.isConnected || cell.querySelector('.vk-cell')) return
    this.element.innerHTML = html
    this.element.showPopover()
    cell.setAttribute('aria-describedby', this.element.id)
    this.place(cell)
  }

  /** Under the cell, above it where there is no room; within the window. */
  place(cell) {
    const box = cell.getBoundingClientRect()
    const own = this.element.getBoundingClientRect()
    const above = box.bottom + 8 + own.height > innerHeight && box.top - 8 - own.height > 0
    const x = Math.max(8, Math.min(box.left, innerWidth - own.width - 8))
    this.element.style.setProperty('--slip-x', `${x}px`)
    this.element.style.setProperty('--slip-y', `${above ? box.top - 8 - own.height : box.bottom + 8}px`)
    this.element.style.setProperty('--slip-nose', `${Math.max(10, Math.min(box.left - x + 20, own.width - 24))}px`)
    this.element.classList.toggle('is-above', above)
  }
}
