// The settings of an image: as the form has them, as fields of a request, and as the address of the page.
//
// Settings are an object of texts under the names of the request's fields, with `upsample` a boolean.

const LARGEST_RANDOM_SEED = 2 ** 31;
const DIGITS_OF_DIGEST = 12;
/** Scales of the comparison unless others are chosen. */
export const SCALES = ['0', '0.5', '1', '2', '4', '8'];

export function randomSeed() {
  return String(Math.floor(Math.random() * LARGEST_RANDOM_SEED));
}

/** Settings of a request without fields. */
export function defaults(model) {
  const { upsampler } = model;
  return {
    label: '',
    seed: randomSeed(),
    steps: model.defaults.steps,
    sampler: model.defaults.sampler,
    eta: String(model.defaults.eta),
    classifierScale: String(model.defaults.classifierScale),
    upsample: upsampler !== null,
    upsamplerSteps: upsampler ? upsampler.defaults.steps : '',
    upsamplerSampler: upsampler ? upsampler.defaults.sampler : '',
    scales: SCALES.join(', '),
  };
}

/**
 * A text for about so many steps in the notation of another: `ddimN` takes every k-th timestep, so not every N can be.
 *
 * @param timesteps of the model's process
 */
export function stepsLike(text, count, timesteps) {
  if (!text.startsWith('ddim')) {
    return String(count);
  }
  const stride = Math.ceil(timesteps / Math.max(1, count));
  return `ddim${Math.ceil(timesteps / stride)}`;
}

/** Number of steps that a text asks for, or NaN: `25`, `ddim25` or sections such as `10+10+5`. */
export function stepCount(text) {
  const sections = text.trim().replace(/^ddim/, '').split('+');
  return sections.every((part) => /^\d+$/.test(part)) ? sections.reduce((sum, part) => sum + Number(part), 0) : NaN;
}

/** The scales of a comparison, without doubles. */
export function scaleList(text) {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

export function takesEta(model, sampler) {
  return model.samplers.some((kind) => kind.name === sampler && kind.takesEta);
}

/** Whether an image may have a class at a scale. */
export function takesLabel(model, scale) {
  return model.labels === 'always' || (model.labels === 'guided' && Number(scale) !== 0);
}

/** The fields of a request: all that has a meaning for this model, so that its defaults do not matter later. */
export function fields(settings, model) {
  const result = {};
  if (settings.label !== '' && takesLabel(model, settings.classifierScale)) {
    result.label = settings.label;
  }
  result.seed = settings.seed;
  result.steps = settings.steps;
  result.sampler = settings.sampler;
  if (takesEta(model, settings.sampler)) {
    result.eta = settings.eta;
  }
  if (model.hasClassifier) {
    result.classifierScale = settings.classifierScale;
  }
  if (model.upsampler) {
    result.upsample = String(settings.upsample);
    if (settings.upsample) {
      result.upsamplerSteps = settings.upsamplerSteps;
      result.upsamplerSampler = settings.upsamplerSampler;
    }
  }
  return result;
}

/** The fragment of an address that reproduces an image, or a comparison. */
export function toFragment(settings, model, comparing) {
  const query = new URLSearchParams(fields(settings, model));
  if (comparing) {
    query.delete('classifierScale');
    if (settings.label !== '') {
      query.set('label', settings.label);
    }
    query.set('scales', scaleList(settings.scales).join(','));
  }
  query.set('model', digestOf(model));
  return `#${query.toString().replaceAll('%2C', ',')}`;
}

/**
 * Reads an address.
 *
 * @returns null if it says nothing, else {settings, comparing, foreign}; foreign if it is of another model
 */
export function fromFragment(fragment, model) {
  const query = new URLSearchParams(fragment.replace(/^#/, ''));
  if (!query.has('seed')) {
    return null;
  }
  const settings = defaults(model);
  for (const name of Object.keys(settings)) {
    if (query.has(name)) {
      settings[name] = query.get(name);
    }
  }
  settings.upsample = settings.upsample === true || settings.upsample === 'true';
  settings.scales = scaleList(settings.scales).join(', ');
  const digest = query.get('model');
  return {
    settings,
    comparing: query.has('scales') && model.hasClassifier,
    foreign: digest !== null && digest !== digestOf(model),
  };
}

function digestOf(model) {
  return [model, model.upsampler].filter(Boolean).map((part) => part.digest.slice(0, DIGITS_OF_DIGEST)).join('.');
}

/** What an image shows, in words. */
export function subject(settings, model) {
  const { label } = settings;
  if (label === '' || !takesLabel(model, settings.classifierScale)) {
    return `Seed ${settings.seed}`;
  }
  return `${className(model, label)}, seed ${settings.seed}`;
}

export function className(model, label) {
  return /^\d+$/.test(label) ? (model.classes[Number(label)] ?? `Class ${label}`) : label;
}
