// The steps of an image in a row; choosing one shows it large.

export class Film {
  #list;
  #choose;
  #frames = [];

  /** @param choose called with a frame that was put in */
  constructor(list, choose) {
    this.#list = list;
    this.#choose = choose;
  }

  clear() {
    this.#frames = [];
    this.#list.replaceChildren();
    this.#list.hidden = true;
  }

  /** @param frame {png, words} */
  add(frame) {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-label', frame.words);
    button.title = frame.words;
    const image = document.createElement('img');
    image.alt = '';
    image.src = `data:image/png;base64,${frame.png}`;
    button.append(image);
    button.addEventListener('click', () => {
      this.#mark(button);
      this.#choose(frame);
    });
    const item = document.createElement('li');
    item.append(button);
    this.#list.append(item);
    this.#list.hidden = false;
    this.#frames.push(button);
    this.#mark(button);
    this.#list.scrollLeft = this.#list.scrollWidth;
  }

  #mark(chosen) {
    for (const button of this.#frames) {
      button.setAttribute('aria-pressed', String(button === chosen));
    }
  }
}
