// The pages of a file: a place for each from the first moment, pictures and letters only near what is looked at.
import { Letters } from './viewer-letters.js'

const KEPT = 30 // pages whose pictures are held
const REST = 120 // ms a page must stay in sight before its letters are fetched

export class Pages {
  constructor(desk) {
    this.desk = desk
    this.words = desk.dataset
    this.list = desk.querySelector('[data-sheets]')
    this.thumbs = document.querySelector('[data-thumbs]')
    this.sizes = this.words.sizes.split(',').flatMap(run => {
      const [many, size] = run.split('*')
      const [width, height] = size.split('x').map(Number)
      return Array.from({ length: Number(many) }, () => ({ width, height }))
    })
    this.total = this.sizes.length
    this.hits = new Map(this.words.hits ? this.words.hits.split(',').map(pair => pair.split(':').map(Number)) : [])
    this.current = Number(this.words.page)
    this.near = new Map()
    this.letters = new Map()
    this.listeners = []
  }

  begin() {
    this.sheets = this.fill(this.list, '[data-sheet]', number => this.makeSheet(number))
    this.sheets.forEach((sheet, index) => this.measure(sheet, index))
    this.small = this.thumbs ? this.fill(this.thumbs, '[data-thumb]', number => this.makeThumb(number)) : []
    this.watch()
    const asked = /^#page-(\d+)$/.exec(location.hash)
    const first = asked ? Number(asked[1]) : this.current
    if (first > 1) this.go(first)
    this.thumbs?.addEventListener('click', event => {
      const thumb = event.target.closest('[data-thumb]')
      if (!thumb) return
      event.preventDefault()
      this.go(Number(thumb.dataset.thumb))
    })
  }

  // Give every page its element, around those that came with the page.
  fill(parent, selector, make) {
    const there = [...parent.querySelectorAll(`:scope > ${selector}`)]
    const first = Number(Object.values(there[0].dataset)[0])
    const before = new DocumentFragment()
    const after = new DocumentFragment()
    for (let number = 1; number < first; number++) before.append(make(number))
    for (let number = first + there.length; number <= this.total; number++) after.append(make(number))
    there[0].before(before)
    there.at(-1).after(after)
    return [...parent.querySelectorAll(`:scope > ${selector}`)]
  }

  makeSheet(number) {
    const sheet = document.createElement('figure')
    sheet.className = 'vk-folio'
    sheet.id = `page-${number}`
    sheet.dataset.sheet = number
    const paper = sheet.appendChild(document.createElement('div'))
    paper.className = 'vk-sheet'
    paper.appendChild(document.createElement('div')).className = 'vk-leaf'
    return sheet
  }

  makeThumb(number) {
    const thumb = document.createElement('a')
    thumb.className = 'vk-thumb'
    thumb.href = `#page-${number}`
    thumb.dataset.thumb = number
    const label = this.words.wordPage.replace('{number}', number)
    if (this.hits.has(number)) thumb.classList.add('has-hit')
    thumb.setAttribute('aria-label', this.hits.has(number) ? `${label}, ${this.words.wordFound}` : label)
    const frame = thumb.appendChild(document.createElement('span'))
    const waiting = frame.appendChild(document.createElement('span'))
    waiting.className = 'is-waiting'
    const { width, height } = this.sizes[number - 1]
    waiting.style.setProperty('--r', height / width)
    const figure = thumb.appendChild(document.createElement('span'))
    figure.setAttribute('aria-hidden', 'true')
    figure.textContent = number
    return thumb
  }

  // Width in CSS pixels at 100 %, and how many times as high as wide, turned as it is shown.
  measure(sheet, index, turned = false) {
    let { width, height } = this.sizes[index]
    if (turned) [width, height] = [height, width]
    sheet.style.setProperty('--w', width)
    sheet.style.setProperty('--r', height / width)
    sheet.classList.add('is-live')
  }

  image(number, width) {
    return this.words.image.replace('/0/0/', `/${number}/${width}/`)
  }

  watch() {
    const scrolls = getComputedStyle(this.desk).overflowY === 'auto'
    this.scroller = scrolls ? this.desk : document.scrollingElement
    const seen = new IntersectionObserver(entries => {
      for (const entry of entries) this.comesOrGoes(Number(entry.target.dataset.sheet), entry.isIntersecting)
    }, { root: scrolls ? this.desk : null, rootMargin: '60% 0%' })
    this.sheets.forEach(sheet => seen.observe(sheet))
    const small = new IntersectionObserver(entries => {
      for (const entry of entries) if (entry.isIntersecting) {
        small.unobserve(entry.target)
        this.showThumb(entry.target)
      }
    }, { root: this.thumbs, rootMargin: '30% 0%' })
    this.small.filter(thumb => thumb.querySelector('.is-waiting')).forEach(thumb => small.observe(thumb))
    let asked = 0
    const look = () => { asked ||= requestAnimationFrame(() => { asked = 0; this.findCurrent() }) }
    ;(scrolls ? this.desk : window).addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
  }

  showThumb(thumb) {
    const image = new Image()
    image.alt = ''
    image.src = this.image(thumb.dataset.thumb, 160)
    image.addEventListener('load', () => thumb.querySelector('.is-waiting')?.replaceWith(image))
  }

  comesOrGoes(number, near) {
    clearTimeout(this.near.get(number))
    if (!near) {
      this.near.delete(number)
      return
    }
    this.show(number)
    this.near.set(number, setTimeout(() => this.read(number), REST))
    this.clear()
  }

  show(number) {
    const sheet = this.sheets[number - 1]
    const leaf = sheet.querySelector('.vk-leaf')
    let image = leaf.querySelector('img')
    if (!image) {
      image = new Image()
      image.alt = this.words.wordPage.replace('{number}', number)
      image.decoding = 'async'
      image.sizes = this.sizesOf(number)
      image.srcset = `${this.image(number, 800)} 800w, ${this.image(number, 1600)} 1600w`
      image.src = this.image(number, 800)
      leaf.prepend(image)
    }
    image.addEventListener('error', () => this.cannot(sheet), { once: true })
  }

  sizesOf(number) {
    const sheet = this.sheets[number - 1].querySelector('.vk-sheet')
    return `${Math.max(1, Math.round(sheet.offsetWidth))}px`
  }

  // After a change of size: the browser chooses the finer picture where it is needed.
  resized() {
    for (const number of this.near.keys()) {
      const image = this.sheets[number - 1].querySelector('img')
      if (image) image.sizes = this.sizesOf(number)
    }
  }

  cannot(sheet) {
    if (sheet.classList.contains('is-broken')) return
    sheet.classList.add('is-broken')
    const why = document.createElement('p')
    why.className = 'vk-folio__why'
    why.textContent = this.words.wordFailed
    sheet.querySelector('.vk-sheet').append(why)
  }

  // The letters of a page, fetched once; for whoever wants to mark or choose something on it.
  read(number) {
    if (!this.letters.has(number)) {
      const letters = new Letters(this, number)
      this.letters.set(number, letters)
      letters.fetched.then(() => this.listeners.forEach(tell => tell(number, letters)))
    }
    return this.letters.get(number).fetched.then(() => this.letters.get(number))
  }

  // Far pages give their pictures and letters back.
  clear() {
    const held = [...this.letters.keys()].filter(number => !this.near.has(number))
    held.sort((one, other) => Math.abs(other - this.current) - Math.abs(one - this.current))
    for (const number of held.slice(0, Math.max(0, this.letters.size - KEPT))) {
      this.letters.get(number).remove()
      this.letters.delete(number)
      this.sheets[number - 1].querySelector('img')?.remove()
    }
  }

  go(number) {
    const wanted = Math.min(Math.max(number, 1), this.total)
    this.sheets[wanted - 1].scrollIntoView({ block: 'start' })
    this.tell(wanted)
  }

  findCurrent() {
    const line = (this.scroller === this.desk ? this.desk.getBoundingClientRect().top : 0) + innerHeight * 0.35
    let low = 0
    let high = this.total - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.sheets[middle].getBoundingClientRect().top <= line) low = middle
      else high = middle - 1
    }
    this.tell(low + 1)
  }

  tell(number) {
    if (number === this.current && this.told) return
    this.told = true
    this.current = number
    const field = this.desk.querySelector('[data-jump] input[name=page]')
    if (field && field !== document.activeElement) field.value = number
    this.list.setAttribute('aria-label', this.words.wordOf.replace('{number}', number).replace('{total}', this.total))
    this.thumbs?.querySelector('[aria-current]')?.removeAttribute('aria-current')
    const thumb = this.small[number - 1]
    if (!thumb) return
    thumb.setAttribute('aria-current', 'true')
    const column = this.thumbs
    const top = thumb.offsetTop - column.scrollTop
    if (top < 0 || top + thumb.offsetHeight > column.clientHeight) {
      column.scrollTop = thumb.offsetTop - (column.clientHeight - thumb.offsetHeight) / 2
    }
  }
}
