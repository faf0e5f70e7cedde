// Keys of the whole page. Letters can be switched off, and never act while text is typed.

const STORED = 'adm4j-letters';

/**
 * @param letters actions by lower-case letter
 * @param enter action of Enter where the focus is on nothing that takes it
 * @param escape action of Esc
 */
export function listen({ letters, enter, escape }, box) {
  box.checked = read() !== 'off';
  box.addEventListener('change', () => write(box.checked ? 'on' : 'off'));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
      return;
    }
    if (event.key === 'Escape') {
      escape();
    } else if (event.key === 'Enter') {
      if (!event.target.closest('button, a, input, select, textarea, summary')) {
        enter();
      }
    } else if (box.checked && !types(event.target)) {
      letters[event.key.toLowerCase()]?.();
    }
  });
}

function types(element) {
  return element.matches('select, textarea, input:not([type=radio], [type=checkbox], [type=range])');
}

function read() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function write(value) {
  try {
    localStorage.setItem(STORED, value);
  } catch {
    // Storage may be off: then the choice lasts as long as the page.
  }
}
