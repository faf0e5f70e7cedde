// The function's requests. Each failure is a Refused with one sentence for the reader.

import { keyHeaders } from './key.js';
import { events } from './sse.js';

const LOST = 'The connection to the function was lost: is it still running?';

/** Without a key, or with one that does not exist. */
export const UNAUTHORIZED = 401;
/** The client has as many requests under way as it may. */
const CLIENT_LIMIT = 429;
const MOST_TRIES = 20;

export class Refused extends Error {
  /** @param {number} status HTTP status; 0 if there was no answer */
  constructor(sentence, status, retrySeconds = 1) {
    super(sentence);
    this.status = status;
    this.retrySeconds = retrySeconds;
  }
}

/** What a request may ask for. */
export async function model(signal) {
  const response = await ask('model', signal);
  return response.json();
}

/**
 * Samples one image and reports how it forms.
 *
 * @param fields of the request, by name
 * @param watch {onProgress({step, steps}), onPreview({stage, step, steps, png})}
 * @param signal aborting it closes the connection, which ends the work
 * @returns the answer of /sample
 */
export async function sample(fields, previewEvery, watch, signal) {
  const query = new URLSearchParams({ ...fields, previewEvery: String(previewEvery) });
  const response = await inTurn(`sample/stream?${query}`, signal);
  try {
    for await (const { event, data } of events(response.body)) {
      const value = JSON.parse(data);
      switch (event) {
        case 'progress':
          watch.onProgress(value);
          break;
        case 'preview':
          watch.onPreview(value);
          break;
        case 'done':
          return value;
        case 'error':
          throw new Refused(value.error, response.status);
        default:
      }
    }
  } catch (problem) {
    throw understood(problem, signal);
  }
  throw new Refused(LOST, 0);
}

/** Waits while this page itself keeps the client at its limit. */
async function inTurn(url, signal) {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(url, signal, 'text/event-stream');
    } catch (problem) {
      if (problem.status !== CLIENT_LIMIT || tries === MOST_TRIES) {
        throw problem;
      }
      await pause(problem.retrySeconds, signal);
    }
  }
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(resolve, 1000 * seconds);
    signal.addEventListener('abort', () => {
      window.clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

async function ask(url, signal, accept = 'application/json') {
  let response;
  try {
    response = await fetch(url, { signal, headers: { Accept: accept, ...keyHeaders() } });
  } catch (problem) {
    throw understood(problem, signal);
  }
  if (!response.ok) {
    const retry = Number(response.headers.get('Retry-After')) || 1;
    throw new Refused(await sentence(response), response.status, retry);
  }
  return response;
}

async function sentence(response) {
  try {
    const { error } = await response.json();
    if (error) {
      return error;
    }
  } catch {
    // Not the function's own answer, perhaps that of a proxy.
  }
  return `The function answered with status ${response.status}.`;
}

function understood(problem, signal) {
  if (signal?.aborted || problem instanceof Refused) {
    return problem;
  }
  return new Refused(LOST, 0);
}
