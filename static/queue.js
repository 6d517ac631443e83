// Additions for the queue, one request and the call sheet: single keys, and news while the page is open.
'use strict';
(() => {
  const one = (selector, within) => (within || document).querySelector(selector);
  // The diary is a table and a list, of which one is shown.
  const shown = () => [...document.querySelectorAll('[data-row]')].filter((it) => it.checkVisibility());
  const list = one('[data-keys]');
  const toggle = one('[data-keys-switch]');

  // Some people's tools send stray keys: they can be turned off, and stay off on this computer.
  const stored = (value) => {
    try {
      if (value !== undefined) localStorage.setItem('desk-keys', value);
      return localStorage.getItem('desk-keys');
    } catch {
      return value;
    }
  };
  let on = stored() !== 'off';
  const show = () => {
    document.body.classList.toggle('keys-on', on);
    toggle.textContent = on ? 'Turn keys off' : 'Turn keys on';
  };
  if (list) {
    list.hidden = false;
    toggle.onclick = () => {
      on = !on;
      stored(on ? 'on' : 'off');
      show();
    };
    show();
  }

  const row = () => document.activeElement.closest('[data-row]');
  const move = (by) => {
    const rows = shown();
    const at = rows.indexOf(row());
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (next) one('a', next).focus();
  };
  const press = (key) => {
    const here = row();
    const name = `[data-key="${CSS.escape(key)}"]`;
    const found = (here && one(name, here)) || [...document.querySelectorAll(name)].find((it) => !it.closest('[data-row]'));
    if (!found) return false;
    if (found.matches('input:not([type=checkbox]), textarea')) found.focus();
    else found.click();
    if (found.matches('summary')) one('input:not([type=hidden])', found.parentElement)?.focus();
    return true;
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    m: () => one('#note')?.focus(),
    '?': () => {
      list.open = !list.open;
      if (list.open) one('summary', list).focus();
    },
  };
  document.addEventListener('keydown', (event) => {
    if (!on || !list || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches('input:not([type=radio], [type=checkbox]), textarea, select, dialog *')) return;
    if (acts[event.key]) {
      acts[event.key]();
      event.preventDefault();
    } else if (event.key.length === 1 && press(event.key)) {
      event.preventDefault();
    }
  });

  // News says that there is some; nothing that is being read moves until it is asked for.
  const place = one('[data-events]');
  if (!place || !window.EventSource) return;
  const tell = (selector) => (event) => {
    const note = one(selector, place);
    if (!note) return;
    one('span', note).textContent = event.data;
    note.hidden = !event.data;
  };
  let source;
  const listen = () => {
    if (source) source.close();
    source = undefined;
    // Only while it is looked at: a browser has few connections to one site.
    if (document.visibilityState === 'hidden') return;
    source = new EventSource(place.dataset.events);
    source.addEventListener('news', tell('[data-news]'));
    source.addEventListener('here', tell('[data-here]'));
  };
  document.addEventListener('visibilitychange', listen);
  addEventListener('pagehide', () => source && source.close());
  listen();
})();
