// The letters of one page over its picture: transparent, to be chosen and copied; and the boxes of what was found.
const UNIT = 100 // the server's ten-thousandths to hundredths
const MEASURED = 100 // px at which a word's width is measured
const pen = document.createElement('canvas').getContext('2d')

export class Letters {
  constructor(pages, number) {
    this.sheet = pages.sheets[number - 1]
    this.size = pages.sizes[number - 1]
    this.words = pages.words
    this.hits = []
    // Places are counted over the whole text: a page that has none of them is not asked.
    const query = this.words.query && pages.hits.has(number) ? `?q=${encodeURIComponent(this.words.query)}` : ''
    this.fetched = fetch(this.words.words.replace('/0/words/', `/${number}/words/`) + query)
      .then(answer => answer.ok ? answer.json() : {})
      .catch(() => ({}))
      .then(found => this.lay(found))
  }

  lay(found) {
    const leaf = this.sheet.querySelector('.vk-leaf')
    if (found.text !== undefined) {
      this.hits = this.recognised(found)
      return
    }
    if (!found.words?.length) return
    // The page has its own letters: they need not stand below it once more.
    this.sheet.querySelector('.vk-foliotext')?.remove()
    if (found.hits?.length) {
      this.marks = leaf.appendChild(document.createElement('div'))
      this.marks.className = 'vk-marks'
      this.hits = found.hits.map(lines => lines.map(line => {
        const box = this.marks.appendChild(place('span', line))
        box.className = 'vk-hitbox'
        return box
      }))
    }
    this.layer = document.createElement('div')
    this.layer.className = 'vk-words'
    pen.font = `${MEASURED}px serif`
    for (const [text, ...box] of found.words) {
      const word = place('span', box)
      // The space behind a word belongs to it, or it would be lost in copying.
      word.textContent = text.replace('\n', '')
      const [, , width, height] = box
      const natural = pen.measureText(text.trimEnd()).width / MEASURED * height * this.size.height
      word.style.setProperty('--s', natural ? width * this.size.width / natural : 1)
      this.layer.append(word)
      if (text.endsWith('\n')) this.layer.append(document.createElement('br'))
    }
    leaf.append(this.layer)
  }

  // A scan: what was recognised stands below the picture, what was found is marked in it.
  recognised({ text, marks = [] }) {
    let below = this.sheet.querySelector('.vk-foliotext')
    if (!below) {
      below = document.createElement('details')
      below.className = 'vk-foliotext'
      below.open = true
      below.appendChild(document.createElement('summary')).textContent = this.words.wordRead
      const body = below.appendChild(document.createElement('div'))
      body.className = 'vk-rec vk-text'
      let at = 0
      for (const [start, end] of [...marks, [text.length, text.length]]) {
        body.append(...lines(text.slice(at, start)))
        if (end > start) body.appendChild(document.createElement('mark')).textContent = text.slice(start, end)
        at = end
      }
      this.sheet.append(below)
    }
    return [...below.querySelectorAll('mark')].map(mark => [mark])
  }

  remove() {
    this.layer?.remove()
    this.marks?.remove()
  }
}

function place(name, [x, y, width, height]) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries({ x, y, w: width, h: height })) element.style.setProperty(`--${key}`, value / UNIT)
  return element
}

function lines(text) {
  return text.split('\n').flatMap((line, index) => index ? [document.createElement('br'), line] : [line])
}
