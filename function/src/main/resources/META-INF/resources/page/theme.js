// Before the page is laid out, so that it does not flash in the other theme. Without a choice the system's theme holds.
(() => {
  const key = 'adm4j-theme';
  const system = window.matchMedia('(prefers-color-scheme: dark)');

  const stored = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const store = (theme) => {
    try {
      if (theme) {
        localStorage.setItem(key, theme);
      } else {
        localStorage.removeItem(key);
      }
    } catch {
      // Storage may be off: then the choice lasts as long as the page.
    }
  };
  const current = () => document.documentElement.dataset.theme || (system.matches ? 'dark' : 'light');
  const choose = (theme) => {
    if (theme) {
      document.documentElement.dataset.theme = theme;
    } else {
      delete document.documentElement.dataset.theme;
    }
  };
  const show = () => {
    const button = document.getElementById('theme');
    const dark = current() === 'dark';
    button.setAttribute('aria-pressed', String(dark));
    button.setAttribute('aria-label', 'Dark theme');
    button.textContent = dark ? 'Light' : 'Dark';
  };

  choose(stored());
  document.addEventListener('DOMContentLoaded', () => {
    show();
    system.addEventListener('change', show);
    document.getElementById('theme').addEventListener('click', () => {
      const wanted = current() === 'dark' ? 'light' : 'dark';
      // Who chooses what the system has follows the system again.
      const choice = wanted === (system.matches ? 'dark' : 'light') ? null : wanted;
      choose(choice);
      store(choice);
      show();
    });
  });
})();
