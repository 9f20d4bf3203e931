// How large pages are shown, and which side is up.
const STEPS = [0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4]

export class Size {
  constructor(desk, pages) {
    this.desk = desk
    this.pages = pages
    this.list = pages.list
    this.zoom = 1
    this.turned = 0
    this.label = desk.querySelector('[data-zoom]')
    addEventListener('resize', () => this.measureDesk())
    this.measureDesk()
  }

  measureDesk() {
    const tools = this.desk.querySelector('.vk-tools')
    const height = Math.min(this.desk.clientHeight, innerHeight) - tools.offsetHeight - 48
    this.list.style.setProperty('--desk', Math.max(200, height))
    if (this.pages.sheets) this.pages.resized()
  }

  // What 100 % is shown at now, whatever it was fitted to.
  get shown() {
    const sheet = this.pages.sheets[this.pages.current - 1]
    return sheet.querySelector('.vk-sheet').offsetWidth / Number(sheet.style.getPropertyValue('--w'))
  }

  step(by) {
    const now = this.shown
    const next = by > 0 ? STEPS.find(one => one > now * 1.02) : STEPS.findLast(one => one < now * 0.98)
    this.set(next ?? (by > 0 ? STEPS.at(-1) : STEPS[0]))
  }

  set(zoom) {
    this.keepPlace(() => {
      this.zoom = zoom
      this.list.dataset.fit = 'zoom'
      this.list.style.setProperty('--zoom', zoom)
    })
  }

  fit(what) {
    this.keepPlace(() => { this.list.dataset.fit = what })
  }

  turn() {
    this.keepPlace(() => {
      this.turned = (this.turned + 90) % 360
      this.list.dataset.turn = this.turned
      this.pages.sheets.forEach((sheet, index) => this.pages.measure(sheet, index, this.turned % 180 === 90))
    })
  }

  // The same line of the same page stays in the same place.
  keepPlace(change) {
    const sheet = this.pages.sheets[this.pages.current - 1]
    const before = sheet.getBoundingClientRect()
    const middle = innerHeight / 2
    const share = Math.min(1, Math.max(0, (middle - before.top) / before.height))
    change()
    const after = sheet.getBoundingClientRect()
    this.pages.scroller.scrollBy({ top: after.top + after.height * share - (before.top + before.height * share), behavior: 'instant' })
    this.pages.resized()
    const percent = Math.round(this.shown * 100)
    this.label.textContent = `${percent} %`
    this.label.setAttribute('aria-label', this.label.getAttribute('aria-label').replace(/\d+/, percent))
    for (const [name, fits] of [['fit-width', ['auto', 'width']], ['fit-page', ['page']]]) {
      this.desk.querySelector(`[data-do="${name}"]`).setAttribute('aria-pressed', fits.includes(this.list.dataset.fit))
    }
  }
}
