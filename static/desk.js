// Additions for the desk: a warning before an idle sign-in ends, and typed words that outlive other buttons.
'use strict';
(() => {
  const form = document.querySelector('[data-idle]');
  if (!form) return;
  const idle = form.dataset.idle * 1000;
  const warning = 2 * 60 * 1000;
  let began = Date.now();
  let box;

  const make = (name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    return element;
  };

  // The server is asked at most once a minute while a person works, and once when they say that they are there.
  const extend = async () => {
    began = Date.now();
    const answer = await fetch('/staff/session', { method: 'POST', redirect: 'manual' }).catch(() => null);
    if (answer && !answer.ok) began = 0;
    return Boolean(answer && answer.ok);
  };

  const warn = () => {
    box = document.createElement('dialog');
    box.setAttribute('aria-labelledby', 'idle-title');
    const title = make('h2', 'Are you still there?');
    title.id = 'idle-title';
    const words = make('p', 'You will be signed out in 2 minutes. What you typed on this page will stay.');
    const stay = make('button', 'Stay signed in');
    stay.className = 'btn';
    stay.type = 'button';
    stay.onclick = async () => {
      if (await extend()) return box.close();
      words.textContent = 'You are signed out. What you typed on this page is still here: send it, sign in, and you will get it back.';
      stay.remove();
    };
    const leave = make('button', 'Close this message');
    leave.className = 'btn btn-quiet';
    leave.type = 'button';
    leave.onclick = () => box.close();
    const row = make('p', '');
    row.className = 'row';
    row.append(stay, leave);
    box.append(title, words, row);
    box.onclose = () => { box.remove(); box = undefined; };
    document.body.append(box);
    box.showModal();
  };

  // Typing is a sign of life that the server does not see by itself.
  document.addEventListener('input', () => {
    if (!box && Date.now() - began > 60 * 1000) extend();
  });

  let warned = 0;
  setInterval(() => {
    const left = began + idle - Date.now();
    if (!box && began && left < warning && left > 0 && warned !== began) {
      warned = began;
      warn();
    }
  }, 5000);
})();

// A note that is not saved yet outlives the other buttons of its page: it waits in this tab, for the same person.
(() => {
  const me = document.querySelector('.sign-out span');
  if (!me) return;
  const place = `typed ${me.textContent} ${location.pathname.split('/').slice(0, 4).join('/')}`;
  const boxes = [...document.querySelectorAll('main textarea')];
  const typed = JSON.parse(sessionStorage.getItem(place) ?? '{}');
  sessionStorage.removeItem(place);
  for (const box of boxes) {
    if (box.value || !typed[box.name]) continue;
    box.value = typed[box.name];
    box.closest('details')?.setAttribute('open', '');
    box.dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.addEventListener('submit', ({ target }) => {
    const others = boxes.filter((box) => box.form !== target && box.value !== box.defaultValue);
    if (others.length) sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(others.map((box) => [box.name, box.value]))));
  });
})();
