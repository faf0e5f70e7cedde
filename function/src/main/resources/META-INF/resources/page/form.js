// The form: built from what the model can, read as settings, filled from settings.

import { className, randomSeed, stepCount, stepsLike, takesEta } from './state.js';

const MOST_CHIPS = 16;
const TEXTS = ['seed', 'steps', 'sampler', 'eta', 'classifierScale', 'upsamplerSteps', 'upsamplerSampler', 'scales'];

const id = (name) => document.getElementById(name);

export class Form {
  #form = id('form');
  #model;
  #chips;

  /** @param onChange called after each change by the reader */
  constructor(model, onChange) {
    this.#model = model;
    this.#chips = model.labels !== 'never' && model.classCount <= MOST_CHIPS;
    this.#buildClasses();
    this.#buildSolvers(id('sampler'));
    this.#buildSolvers(id('upsamplerSampler'));
    this.#buildRanges();
    id('scale-field').hidden = !model.hasClassifier;
    id('compare').hidden = !model.hasClassifier;
    if (model.upsampler) {
      const size = model.upsampler.imageSize;
      id('upsampling').hidden = false;
      id('upsample-text').textContent = `Upsample to ${size}×${size}`;
    }
    this.#form.addEventListener('input', () => {
      this.#adapt();
      onChange();
    });
    this.#form.hidden = false;
  }

  get settings() {
    const settings = { label: this.#label(), upsample: this.#model.upsampler !== null && id('upsample').checked };
    for (const name of TEXTS) {
      settings[name] = id(name).value.trim();
    }
    return settings;
  }

  set settings(settings) {
    for (const name of TEXTS) {
      id(name).value = settings[name];
    }
    id('upsample').checked = settings.upsample;
    this.#chooseLabel(settings.label);
    for (const range of this.#ranges()) {
      this.#slide(range);
    }
    this.#adapt();
  }

  /** Puts a random seed into the form. */
  newSeed() {
    id('seed').value = randomSeed();
  }

  /** Whether the browser finds nothing missing; else it says what. */
  check() {
    return this.#form.reportValidity();
  }

  onSubmit(action) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      action();
    });
  }

  #label() {
    if (this.#model.labels === 'never') {
      return '';
    }
    return this.#chips
      ? (this.#form.querySelector('.chips input:checked')?.value ?? '')
      : id('label').value.trim();
  }

  #chooseLabel(label) {
    if (!this.#chips) {
      id('label').value = label;
      return;
    }
    const choices = [...this.#form.querySelectorAll('.chips input')];
    const wanted = label.toLowerCase();
    const chosen =
      choices.find((choice) => choice.value === label) ??
      choices.find((choice) => choice.value !== '' && className(this.#model, choice.value).toLowerCase() === wanted) ??
      choices[0];
    chosen.checked = true;
  }

  #buildClasses() {
    const { labels, classCount } = this.#model;
    if (labels === 'never') {
      return;
    }
    const numbers = Array.from({ length: classCount }, (_, i) => String(i));
    if (this.#chips) {
      id('class-chips').hidden = false;
      this.#form.querySelector('.chips').append(
        this.#chip('', 'Any'),
        ...numbers.map((number) => this.#chip(number, className(this.#model, number))),
      );
    } else {
      id('class-list').hidden = false;
      id('classes').append(
        ...numbers.map((number) => {
          const option = document.createElement('option');
          option.value = this.#model.classes[Number(number)] ?? number;
          return option;
        }),
      );
    }
  }

  #chip(value, text) {
    const label = document.createElement('label');
    label.className = 'chip';
    const radio = document.createElement('input');
    radio.type = 'radio';
    radio.name = 'class';
    radio.value = value;
    radio.checked = value === '';
    const name = document.createElement('span');
    name.textContent = text;
    label.append(radio, name);
    return label;
  }

  #buildSolvers(select) {
    select.append(
      ...this.#model.samplers.map(({ name }) => {
        const option = document.createElement('option');
        option.value = name;
        option.textContent = name.toUpperCase();
        return option;
      }),
    );
  }

  /** A slider and its text show one value; the text may hold more than the slider can. */
  #buildRanges() {
    id('steps-range').max = this.#model.limits.steps;
    id('upsampler-steps-range').max = this.#model.limits.steps;
    for (const range of this.#ranges()) {
      const text = id(range.dataset.for);
      range.addEventListener('input', () => {
        text.value = this.#textOf(range, text.value);
      });
      text.addEventListener('input', () => this.#slide(range));
    }
  }

  #textOf(range, before) {
    switch (range.id) {
      case 'steps-range':
        return stepsLike(before, Number(range.value), this.#model.timesteps);
      case 'upsampler-steps-range':
        return stepsLike(before, Number(range.value), this.#model.upsampler.timesteps);
      default:
        return range.value;
    }
  }

  #slide(range) {
    const text = id(range.dataset.for).value.trim();
    const value = range.dataset.for.toLowerCase().endsWith('steps') ? stepCount(text) : Number(text);
    if (text !== '' && Number.isFinite(value)) {
      range.value = String(value);
    }
  }

  #ranges() {
    return this.#form.querySelectorAll('input[type=range]');
  }

  /** Shows only what has a meaning with the other settings. */
  #adapt() {
    const { labels } = this.#model;
    id('eta-field').hidden = !takesEta(this.#model, id('sampler').value);
    id('upsampler-fields').hidden = !id('upsample').checked;
    id('class-hint').hidden = !(labels === 'guided' && Number(id('classifierScale').value) === 0);
  }
}
