// Additions only: every page works without this file.
'use strict';
(function (d) {
  var all = function (s, f) { Array.prototype.forEach.call(d.querySelectorAll(s), f); };

  // A list of errors takes focus when the page opens.
  var problems = d.querySelector('[data-problems]');
  if (problems) problems.focus();

  // Buttons that need a script stay hidden without one.
  all('[data-print]', function (b) {
    b.hidden = false;
    b.addEventListener('click', function () { print(); });
  });

  // Closed parts are opened for paper, then closed again.
  var opened = [];
  addEventListener('beforeprint', function () {
    all('details:not([open])', function (e) { e.open = true; opened.push(e); });
  });
  addEventListener('afterprint', function () {
    opened.splice(0).forEach(function (e) { e.open = false; });
  });

  // Characters left: seen at once, and read out after a pause in typing.
  all('[data-count]', function (box) {
    var max = +box.dataset.count;
    var note = d.getElementById(box.id + '-count');
    if (!note) return;
    var seen = d.createElement('p');
    var read = d.createElement('p');
    var wait;
    var words = function () {
      var left = max - Array.from(box.value.replace(/\r\n/g, '\n')).length;
      var n = Math.abs(left);
      seen.classList.toggle('error', left < 0);
      return 'You have ' + n.toLocaleString('en-GB') + (n === 1 ? ' character ' : ' characters ') + (left < 0 ? 'too many' : 'left');
    };
    var show = function () { seen.textContent = words(); };
    seen.className = 'hint';
    seen.setAttribute('aria-hidden', 'true');
    read.className = 'hush';
    read.setAttribute('aria-live', 'polite');
    note.classList.add('hush');
    note.after(seen, read);
    box.addEventListener('input', function () {
      show();
      clearTimeout(wait);
      wait = setTimeout(function () { read.textContent = seen.textContent; }, 1000);
    });
    addEventListener('pageshow', show);
    show();
  });
})(document);
