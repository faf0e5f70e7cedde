// One image that forms: its frame, its progress, its caption. The large one and the cells of a comparison are such.

/** Below this many screen pixels an image pixel there is nothing to keep sharp. */
const SHARP_FROM = 2.5;

const source = (png) => `data:image/png;base64,${png}`;

export class Picture {
  #frame;
  #image;
  #progress;

  /** @param parts {frame, image, progress}: elements */
  constructor({ frame, image, progress }) {
    this.#frame = frame;
    this.#image = image;
    this.#progress = progress;
    new ResizeObserver(() => this.#sharpen()).observe(frame);
    image.addEventListener('load', () => this.#sharpen());
  }

  /** Clears the frame for a new image. */
  start() {
    this.#frame.dataset.state = 'waiting';
    this.#image.hidden = true;
    this.#image.removeAttribute('src');
    this.#progress.hidden = false;
    this.#progress.removeAttribute('value');
  }

  progress(step, steps) {
    this.#frame.dataset.state = 'running';
    this.#progress.max = steps;
    this.#progress.value = step;
  }

  show(png, words) {
    this.#image.src = source(png);
    this.#image.alt = words;
    this.#image.hidden = false;
  }

  /** @param state done, stopped or failed */
  end(state) {
    this.#frame.dataset.state = state;
    this.#progress.hidden = true;
  }

  /** Small images keep their pixels, large ones are scaled smoothly. */
  #sharpen() {
    const { naturalWidth } = this.#image;
    const factor = naturalWidth > 0 ? this.#frame.clientWidth / naturalWidth : 0;
    this.#image.classList.toggle('pixels', factor >= SHARP_FROM);
  }
}
