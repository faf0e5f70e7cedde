// One class and one seed at several guidance scales, side by side.

import { sample } from './api.js';
import { Picture } from './picture.js';
import { fields, scaleList, stepCount, subject } from './state.js';

/** Requests at once: enough for the function to batch them, and below what browsers and functions allow one client. */
const AT_ONCE = 3;
const PREVIEWS = 6;
const MOST = 24;

const make = (name, className, text) => {
  const element = document.createElement(name);
  if (className) {
    element.className = className;
  }
  if (text) {
    element.textContent = text;
  }
  return element;
};

export class Comparison {
  #place = document.getElementById('cells');
  #caption = document.getElementById('cells-caption');
  #detail = document.getElementById('cells-detail');
  #model;
  #live;
  #use;

  /** @param use called with the settings and the answer of the cell that is chosen */
  constructor(model, live, use) {
    this.#model = model;
    this.#live = live;
    this.#use = use;
  }

  /** Samples every scale; a refused one says so in its cell. */
  async run(settings, signal) {
    const scales = scaleList(settings.scales).slice(0, MOST);
    const cells = scales.map((scale) => new Cell(this.#model, { ...settings, classifierScale: scale }, this.#use));
    this.#place.replaceChildren(...cells.map((cell) => cell.element));
    // Any scale but 0, at which a class may mean nothing.
    this.#caption.textContent = subject({ ...settings, classifierScale: '1' }, this.#model);
    this.#detail.textContent = `${stepCount(settings.steps)} steps, ${settings.sampler.toUpperCase()}`;
    this.#live(`Comparing ${scales.length} scales.`);
    const waiting = cells[Symbol.iterator]();
    const work = async () => {
      for (const cell of waiting) {
        await cell.run(signal);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const done = cells.filter((cell) => cell.answer !== null).length;
    this.#live(signal.aborted ? 'Stopped.' : `Done: ${done} of ${cells.length} images.`);
  }
}

class Cell {
  element = make('figure', 'cell');
  answer = null;
  #model;
  #settings;
  #picture;
  #detail = make('span', 'detail');
  #button;

  constructor(model, settings, use) {
    this.#model = model;
    this.#settings = settings;
    const frame = make('div', 'frame');
    const image = make('img');
    image.alt = '';
    const progress = make('progress');
    progress.setAttribute('aria-label', `Scale ${settings.classifierScale}`);
    frame.append(image);
    this.#picture = new Picture({ frame, image, progress });
    this.#picture.start();
    this.#button = make('button', '', 'Use');
    this.#button.type = 'button';
    this.#button.disabled = true;
    this.#button.setAttribute('aria-label', `Use scale ${settings.classifierScale}`);
    this.#button.addEventListener('click', () => use(this.#settings, this.answer));
    const caption = make('figcaption');
    const words = make('span', 'words', `Scale ${settings.classifierScale}`);
    caption.append(words, this.#button);
    this.element.append(frame, progress, caption, this.#detail);
  }

  async run(signal) {
    if (signal.aborted) {
      this.#picture.end('stopped');
      return;
    }
    const steps = stepCount(this.#settings.steps);
    const words = `${subject(this.#settings, this.#model)}, scale ${this.#settings.classifierScale}`;
    const every = Math.max(1, Math.ceil((Number.isFinite(steps) ? steps : PREVIEWS) / PREVIEWS));
    try {
      this.answer = await sample(fields(this.#settings, this.#model), every, {
        onProgress: ({ step, steps: all }) => this.#picture.progress(step, all),
        onPreview: ({ png }) => this.#picture.show(png, words),
      }, signal);
      this.#picture.show(this.answer.pictures[0].png, words);
      this.#picture.end('done');
      this.#button.disabled = false;
    } catch (problem) {
      this.#picture.end(signal.aborted ? 'stopped' : 'failed');
      if (!signal.aborted) {
        this.#detail.textContent = problem.message;
        this.#detail.classList.add('error');
      }
    }
  }
}
