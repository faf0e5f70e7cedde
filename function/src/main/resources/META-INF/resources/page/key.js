// The API key, where the function asks for one; kept until the tab is closed.

const STORED = 'adm4j-key';
let key = read();

export function setKey(text) {
  key = text;
  try {
    sessionStorage.setItem(STORED, text);
  } catch {
    // Storage may be off: then the key lasts as long as the page.
  }
}

export function hasKey() {
  return key !== '';
}

/** Headers of every request. */
export function keyHeaders() {
  return hasKey() ? { 'X-Api-Key': key } : {};
}

function read() {
  try {
    return sessionStorage.getItem(STORED) ?? '';
  } catch {
    return '';
  }
}
