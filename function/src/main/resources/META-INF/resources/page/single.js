// One large image: watched while it forms, then with its steps, its file and the request for it.

import { sample } from './api.js';
import { Film } from './film.js';
import { hasKey } from './key.js';
import { Picture } from './picture.js';
import { fields, stepCount, subject } from './state.js';

const PREVIEWS = 12;
const SECOND = 1000;

const id = (name) => document.getElementById(name);

export class Single {
  #picture = new Picture({ frame: id('frame'), image: id('image'), progress: id('progress') });
  #film = new Film(id('film'), ({ png, words }) => {
    this.#picture.show(png, words);
    this.#say(words);
  });
  #model;
  #live;

  /** @param live announces a sentence to screen readers */
  constructor(model, live) {
    this.#model = model;
    this.#live = live;
  }

  /** Samples; ends when the image is there, is refused, or the signal aborts. */
  async run(settings, signal) {
    const request = fields(settings, this.#model);
    const words = subject(settings, this.#model);
    const announced = new Set();
    let last = '';
    this.#picture.start();
    this.#film.clear();
    this.#offer(null);
    this.#say(words, 'Waiting for its turn');
    this.#live(`Sampling ${words}.`);
    try {
      const answer = await sample(request, every(settings), {
        onProgress: ({ step, steps, stage }) => {
          last = stepOf(step, steps, stage);
          this.#picture.progress(step, steps);
          this.#say(words, last);
          this.#quarter(step, steps, announced);
        },
        onPreview: (preview) => this.#preview(preview),
      }, signal);
      this.#finish(answer, request, words);
    } catch (problem) {
      this.#picture.end(signal.aborted ? 'stopped' : 'failed');
      if (!signal.aborted) {
        this.#say('');
        throw problem;
      }
      this.#say(words, last === '' ? 'Stopped' : `Stopped at s${last.slice(1)}`);
      this.#live('Stopped.');
    }
  }

  /** Shows an image that is there already. */
  show(answer, settings) {
    this.#film.clear();
    this.#finish(answer, fields(settings, this.#model), subject(settings, this.#model));
  }

  #preview({ stage, step, steps, png }) {
    const words = stepOf(step, steps, stage);
    this.#picture.show(png, words);
    this.#film.add({ png, words });
  }

  #finish(answer, request, words) {
    const image = answer.pictures[0];
    const name = image.className ?? (image.label === null ? null : `Class ${image.label}`);
    const what = name === null ? `Seed ${image.seed}` : `${name}, seed ${image.seed}`;
    this.#picture.show(image.png, what || words);
    this.#film.add({ png: image.png, words: what });
    this.#picture.end('done');
    this.#say(what, seconds(answer.milliseconds));
    this.#live(`Done: ${what}.`);
    this.#offer({ png: image.png, request });
  }

  #quarter(step, steps, announced) {
    const quarter = Math.floor((4 * step) / steps);
    if (quarter > 0 && quarter < 4 && !announced.has(quarter)) {
      announced.add(quarter);
      this.#live(`${25 * quarter} percent.`);
    }
  }

  #say(words, detail = '') {
    id('caption').textContent = words;
    id('detail').textContent = detail;
  }

  /** The file and the request for it, or neither. */
  #offer(image) {
    id('actions').hidden = image === null;
    id('command').hidden = image === null;
    if (image === null) {
      return;
    }
    const download = id('download');
    download.href = `data:image/png;base64,${image.png}`;
    download.download = `${this.#model.name}-${image.request.label ?? 'any'}-${image.request.seed}.png`;
    download.hidden = false;
    const url = new URL(`sample.png?${new URLSearchParams(image.request)}`, document.baseURI);
    const key = hasKey() ? ' -H "X-Api-Key: $KEY"' : '';
    id('command-text').textContent = `curl -o image.png${key} '${url}'`;
  }
}

function stepOf(step, steps, stage) {
  return `Step ${step} of ${steps}${stage === 'upsampler' ? ' of the second stage' : ''}`;
}

/** Few enough previews for one row, however many steps there are. */
function every(settings) {
  const counts = [settings.steps, settings.upsample ? settings.upsamplerSteps : '0'].map(stepCount);
  const total = counts.filter(Number.isFinite).reduce((sum, count) => sum + count, 0);
  return Math.max(1, Math.ceil(total / PREVIEWS));
}

export function seconds(milliseconds) {
  return `${(milliseconds / SECOND).toFixed(milliseconds < SECOND ? 2 : 1)} s`;
}
