// Puts the page together: the form's settings go into an image or a comparison, and into the address.

import { model as loadModel, UNAUTHORIZED } from './api.js';
import { Comparison } from './comparison.js';
import { Form } from './form.js';
import { setKey } from './key.js';
import { listen } from './keys.js';
import { Single } from './single.js';
import { defaults, fromFragment, scaleList, toFragment } from './state.js';

const id = (name) => document.getElementById(name);
const NOTICE_MS = 2500;

const CHANNELS = { 1: 'grayscale', 3: 'RGB', 4: 'RGBA' };

class Page {
  #model;
  #form;
  #single;
  #comparison;
  #work = null;

  constructor(model) {
    this.#model = model;
    this.#form = new Form(model, () => fail(null));
    this.#single = new Single(model, live);
    this.#comparison = new Comparison(model, live, (settings, answer) => this.#use(settings, answer));
    describe(model);
    this.#form.settings = defaults(model);
    this.#form.onSubmit(() => this.sample());
    id('new-seed').addEventListener('click', () => this.newSeed());
    id('another').addEventListener('click', () => this.newSeed());
    id('stop').addEventListener('click', () => this.stop());
    id('grid').addEventListener('click', () => this.compare());
    id('scales').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        this.compare();
      }
    });
    id('copy-link').addEventListener('click', () => this.copyLink());
    id('copy-command').addEventListener('click', () => copy(id('command-text').textContent, 'Command copied.'));
    window.addEventListener('popstate', () => this.follow());
    listen({
      letters: {
        n: () => this.newSeed(),
        g: () => this.compare(),
        c: () => this.copyLink(),
        t: () => id('theme').click(),
      },
      enter: () => this.sample(),
      escape: () => this.stop(),
    }, id('letters'));
  }

  /** Shows what the address says. */
  follow() {
    const link = fromFragment(window.location.hash, this.#model);
    if (link === null) {
      return;
    }
    this.#form.settings = link.settings;
    notify(link.foreign ? 'This link was made with another model: its image was a different one.' : '');
    if (link.comparing) {
      this.compare();
    } else {
      this.sample();
    }
  }

  sample() {
    if (this.#form.check()) {
      const { settings } = this.#form;
      this.#start('one', (signal) => this.#single.run(settings, signal));
    }
  }

  compare() {
    const { settings } = this.#form;
    if (!this.#model.hasClassifier || !this.#form.check()) {
      return;
    }
    if (scaleList(settings.scales).length === 0) {
      fail('Write the scales to compare, such as 0, 1, 2.');
      return;
    }
    this.#start('grid', (signal) => this.#comparison.run(settings, signal));
  }

  /** Another seed in the form, and what is shown with it. */
  newSeed() {
    this.#form.newSeed();
    if (id('stage').dataset.view === 'grid') {
      this.compare();
    } else {
      this.sample();
    }
  }

  stop() {
    this.#work?.abort();
  }

  copyLink() {
    copy(window.location.href, 'Link copied.');
  }

  #use(settings, answer) {
    this.#form.settings = settings;
    this.#view('one');
    this.#single.show(answer, settings);
    id('stage').focus();
  }

  async #start(view, run) {
    this.stop();
    const work = new AbortController();
    this.#work = work;
    fail(null);
    this.#view(view);
    id('stop').disabled = false;
    id('stage').setAttribute('aria-busy', 'true');
    try {
      const running = run(work.signal);
      reveal();
      await running;
    } catch (problem) {
      refused(problem);
    }
    if (this.#work === work) {
      this.#work = null;
      id('stop').disabled = true;
      id('stage').removeAttribute('aria-busy');
    }
  }

  /** Shows one image or the comparison, with the address that leads here again. */
  #view(view) {
    const grid = view === 'grid';
    id('stage').dataset.view = view;
    id('one').hidden = grid;
    id('many').hidden = !grid;
    id('placeholder').hidden = true;
    id('actions').hidden = !grid;
    id('download').hidden = grid;
    id('command').hidden = true;
    const fragment = toFragment(this.#form.settings, this.#model, grid);
    if (fragment !== window.location.hash) {
      window.history.pushState(null, '', fragment);
    }
  }
}

/** On a phone the image is below the form. */
function reveal() {
  const { top } = id('stage').getBoundingClientRect();
  if (top < 0 || top > window.innerHeight / 4) {
    id('stage').scrollIntoView();
  }
}

function describe(model) {
  id('stage').dataset.alpha = String(model.channels === 4);
  const parts = [`${model.imageSize}×${model.imageSize} ${CHANNELS[model.channels]}`];
  if (model.upsampler) {
    parts.push(`upsampled to ${model.upsampler.imageSize}×${model.upsampler.imageSize}`);
  }
  if (model.labels !== 'never') {
    parts.push(`${model.classCount} classes`);
  }
  const name = document.createElement('strong');
  name.textContent = model.name;
  const facts = document.createElement('span');
  facts.textContent = parts.join(', ');
  id('model').replaceChildren(name, facts);
  id('model').title = `model.json has SHA-256 ${model.digest}`;
  document.title = `${model.name} · adm4j`;
  id('key-grid').hidden = !model.hasClassifier;
}

function live(sentence) {
  id('live').textContent = sentence;
}

/** @param sentence null if nothing failed */
function fail(sentence) {
  id('error').textContent = sentence ?? '';
  id('error').hidden = sentence === null;
}

let noticeEnds = 0;

/** @param milliseconds after which it goes; 0 to keep it */
function notify(sentence, milliseconds = 0) {
  window.clearTimeout(noticeEnds);
  id('notice').textContent = sentence;
  id('notice').hidden = sentence === '';
  if (milliseconds > 0) {
    noticeEnds = window.setTimeout(() => notify(''), milliseconds);
  }
}

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    notify(done, NOTICE_MS);
  } catch {
    notify(`The browser does not let this page copy. Here it is: ${text}`);
  }
}

function refused(problem) {
  fail(problem.message);
  if (problem.status === UNAUTHORIZED) {
    id('key-form').hidden = false;
    id('key').focus();
  }
}

async function start() {
  try {
    new Page(await loadModel()).follow();
  } catch (problem) {
    id('model').textContent = '';
    refused(problem);
  }
}

id('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  setKey(id('key').value.trim());
  id('key-form').hidden = true;
  fail(null);
  if (id('form').hidden) {
    start();
  }
});

start();
