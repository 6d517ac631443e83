// Additions only: every page works without this file.
'use strict';
(() => {
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // A list of errors takes focus when the page opens.
  all('[data-problems]', (problems) => problems.focus());

  // Buttons that need a script stay hidden without one.
  all('[data-print]', (button) => {
    button.hidden = false;
    button.onclick = () => print();
  });

  // Closed parts are opened for paper, then closed again.
  let opened = [];
  addEventListener('beforeprint', () => all('details:not([open])', (part) => {
    part.open = true;
    opened.push(part);
  }));
  addEventListener('afterprint', () => {
    opened.forEach((part) => { part.open = false; });
    opened = [];
  });

  // Characters left: seen at once, and read out after a pause in typing.
  all('[data-count]', (box) => {
    const note = document.getElementById(box.id + '-count');
    const seen = document.createElement('p');
    const read = seen.cloneNode();
    let wait;
    const show = () => {
      const left = box.dataset.count - [...box.value].length;
      const count = Math.abs(left);
      seen.className = left < 0 ? 'hint error' : 'hint';
      seen.textContent = `You have ${count} character${count === 1 ? '' : 's'} ${left < 0 ? 'too many' : 'left'}`;
    };
    seen.ariaHidden = 'true';
    read.className = 'hush';
    read.ariaLive = 'polite';
    note.classList.add('hush');
    note.after(seen, read);
    box.addEventListener('input', () => {
      show();
      clearTimeout(wait);
      wait = setTimeout(() => { read.textContent = seen.textContent; }, 1000);
    });
    addEventListener('pageshow', show);
    show();
  });
})();
