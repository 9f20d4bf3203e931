// Found places: how many, which one is looked at, and the way to the next, over all pages or in a text.
const FIRST = 'vk-hit-first' // remembered over one step to the next stretch of a text

export class Hits {
  constructor(desk, pages) {
    this.desk = desk
    this.pages = pages
    this.counts = pages ? [...pages.hits].sort(([one], [other]) => one - other) : []
    this.at = -1
    this.marked = []
    if (!pages) this.texts = [...desk.querySelectorAll('.vk-paper mark')]
  }

  get total() {
    return this.pages ? this.counts.reduce((sum, [, count]) => sum + count, 0) : Number(this.desk.dataset.hitTotal)
  }

  begin() {
    if (!this.desk.dataset.query) return
    this.pages?.listeners.push((number, letters) => this.correct(number, letters.hits.length))
    if (!this.total) return
    if (this.texts) {
      const last = sessionStorage.getItem(FIRST) === 'last'
      sessionStorage.removeItem(FIRST)
      if (this.texts.length) this.showText(last ? this.texts.length - 1 : 0)
      return
    }
    // The first place on the page that was asked for, else the first of all.
    const before = this.counts.filter(([number]) => number < this.pages.current).reduce((sum, [, count]) => sum + count, 0)
    this.showPage(before < this.total ? before : 0)
  }

  step(by) {
    if (!this.total) return
    if (this.texts) {
      const next = this.at + by
      if (next >= 0 && next < this.texts.length) this.showText(next)
      else this.leave(by)
      return
    }
    this.showPage((this.at + by + this.total) % this.total)
  }

  // The next stretch of a long text is a page of its own.
  leave(by) {
    const { next, previous } = this.desk.dataset
    const url = by > 0 ? next : previous
    if (!url) return
    if (by < 0) sessionStorage.setItem(FIRST, 'last')
    location.assign(url)
  }

  showText(index) {
    this.at = index
    this.mark([this.texts[index]])
    this.tell(Number(this.desk.dataset.before) + index + 1)
  }

  async showPage(index) {
    this.at = index
    let left = index
    const found = this.counts.find(([, count]) => left < count || (left -= count) < 0)
    if (!found) return
    const [number] = found
    this.tell(index + 1)
    if (!this.pages.near.has(number)) this.pages.go(number)
    const letters = await this.pages.read(number)
    if (this.at !== index) return
    const boxes = letters.hits[Math.min(left, letters.hits.length - 1)]
    if (boxes) this.mark(boxes)
    else this.pages.go(number)
  }

  mark(elements) {
    for (const element of this.marked) element.classList.remove('is-here')
    this.marked = elements
    for (const element of elements) element.classList.add('is-here')
    elements[0].closest('details')?.setAttribute('open', '')
    elements[0].scrollIntoView({ block: 'center', inline: 'nearest' })
  }

  // The page's own letters have the last word on how often something stands on it.
  correct(number, count) {
    const known = this.counts.find(([page]) => page === number)
    if (!count || (known && known[1] === count)) return
    const before = this.counts.filter(([page]) => page < number).reduce((sum, [, some]) => sum + some, 0)
    if (this.at >= before + (known?.[1] ?? 0)) this.at += count - (known?.[1] ?? 0)
    if (known) known[1] = count
    else {
      this.counts.push([number, count])
      this.counts.sort(([one], [other]) => one - other)
    }
    this.desk.querySelector('[data-hit-count]').textContent = this.total.toLocaleString(document.documentElement.lang)
    if (this.at >= 0) this.tell(this.at + 1)
  }

  tell(number) {
    this.desk.querySelector('[data-hit-here]').textContent = number.toLocaleString(document.documentElement.lang)
  }
}
