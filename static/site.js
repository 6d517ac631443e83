// Additions only: every page works without this file.
'use strict';
(() => {
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // A list of errors takes focus when the page opens.
  all('[data-problems]', (problems) => problems.focus());

  // Pictures further down the page are fetched for paper too, and the button waits for them, though never for long.
  const pictures = () => Promise.all([...document.images].map((picture) => {
    picture.loading = 'eager';
    return picture.decode().catch(() => {});
  }));
  addEventListener('beforeprint', pictures);

  // Buttons that need a script stay hidden without one.
  all('[data-print]', (button) => {
    button.hidden = button.parentElement.hidden = false;
    button.onclick = () => Promise.race([pictures(), new Promise((late) => setTimeout(late, 3000))]).then(() => print());
  });

  // Whether anything in a part of a form was typed or chosen.
  const holds = (part) => [...part.querySelectorAll('input:not([type=hidden]), textarea')].some((field) =>
    /radio|checkbox/.test(field.type) ? field.checked : field.value.trim() !== '');

  // The forms at the foot of a sheet fold to a button each, but never over something typed: what has an error was sent.
  const folds = document.querySelectorAll('[data-fold]');
  folds.forEach((part) => { part.open = holds(part); });
  addEventListener('pageshow', () => folds.forEach((part) => { part.open = part.open || holds(part); }));

  // A link to something folded opens it: a source, a form, or both forms by the heading above them.
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    const parts = target.id === 'offers' ? [...folds] : [target.closest('details')];
    const closed = parts.filter((part) => part && !part.open);
    closed.forEach((part) => { part.open = true; });
    if (closed.length) target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  // Also when the address holds it already.
  addEventListener('click', ({ target }) => {
    if (target.closest('a[href^="#"]')) setTimeout(reveal);
  });
  reveal();

  // Once someone has said how to reach them, only what that needs is asked. What holds an answer or an error stays.
  all('form', (form) => {
    const parts = form.querySelectorAll('[data-for]');
    const show = () => {
      const method = form.querySelector('[name=method]:checked');
      parts.forEach((part) => {
        const needed = !method || part.dataset.for.includes(method.value);
        part.hidden = !needed && !holds(part) && !part.querySelector('.has-error');
      });
    };
    form.addEventListener('change', show);
    addEventListener('pageshow', show);
    show();
  });

  // The section that is being read is marked in the contents beside it.
  const links = document.querySelectorAll('.rail a');
  if (links.length) {
    const seen = new Map([...links].map((link) => [document.getElementById(link.hash.slice(1)), link]));
    const mark = () => {
      const passed = [...seen.keys()].filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
      const here = seen.get(passed.pop());
      links.forEach((link) => {
        if (link === here) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      });
      // Long contents scroll by themselves.
      const rail = here && here.closest('.rail');
      if (rail) rail.scrollTop = here.offsetTop - rail.clientHeight / 2;
    };
    addEventListener('scroll', mark, { passive: true });
    mark();
  }

  // Closed parts are opened for paper, then closed again. What a summary keeps behind "more" stays off it.
  let opened = [];
  addEventListener('beforeprint', () => all('details:not([open], .more)', (part) => {
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
