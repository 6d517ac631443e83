// An addition only: the search works without this file.
'use strict';
(function (d) {
  // Suggestions under the search box, as the ARIA combobox pattern has it: arrows choose, Enter opens, Escape closes.
  Array.prototype.forEach.call(d.querySelectorAll('[data-find]'), function (box) {
    var row = box.parentNode;
    var list = d.createElement('ul');
    var said = d.createElement('p');
    var at = -1;
    var asked = 0;
    var wait;
    var set = function (e, pairs) { for (var k in pairs) e.setAttribute(k, pairs[k]); };
    var mark = function (to) {
      at = to;
      box.removeAttribute('aria-activedescendant');
      Array.prototype.forEach.call(list.children, function (o, i) {
        o.setAttribute('aria-selected', i === at);
        if (i === at) {
          box.setAttribute('aria-activedescendant', o.id);
          o.scrollIntoView({ block: 'nearest' });
        }
      });
    };
    var close = function () {
      clearTimeout(wait);
      asked++;
      at = -1;
      list.hidden = true;
      list.textContent = said.textContent = '';
      box.removeAttribute('aria-activedescendant');
      box.setAttribute('aria-expanded', 'false');
    };
    var open = function (found) {
      close();
      found.forEach(function (page, i) {
        var o = d.createElement('li');
        o.textContent = page.title;
        o.dataset.path = page.path;
        set(o, { id: 'found-' + i, role: 'option', 'aria-selected': 'false' });
        list.append(o);
      });
      list.hidden = !found.length;
      box.setAttribute('aria-expanded', !list.hidden);
      said.textContent = found.length ? found.length + (found.length === 1 ? ' suggestion' : ' suggestions') + ', use the down arrow' : 'No suggestions';
    };
    var go = function (o) { location.assign(o.dataset.path); };
    list.id = 'found';
    list.className = 'found';
    list.hidden = true;
    said.className = 'hush';
    set(said, { 'aria-live': 'polite' });
    set(list, { role: 'listbox', 'aria-label': 'Suggestions' });
    set(box, { role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': 'found', 'aria-expanded': 'false' });
    row.after(list, said);
    box.addEventListener('input', function () {
      close();
      if (box.value.trim().length < 2) return;
      var mine = asked;
      wait = setTimeout(function () {
        fetch('/search/suggestions?q=' + encodeURIComponent(box.value)).then(function (r) { return r.json(); }).then(function (found) {
          if (mine === asked && d.activeElement === box) open(found);
        }).catch(close);
      }, 150);
    });
    box.addEventListener('keydown', function (e) {
      var n = list.children.length;
      if (!n || e.isComposing) return;
      if (e.key === 'ArrowDown') mark((at + 2) % (n + 1) - 1);
      else if (e.key === 'ArrowUp') mark((at + n + 1) % (n + 1) - 1);
      else if (e.key === 'Enter' && at >= 0) go(list.children[at]);
      else if (e.key === 'Escape') close();
      else return;
      e.preventDefault();
    });
    box.addEventListener('blur', close);
    // The box keeps focus, so that a press is not lost to the list closing.
    list.addEventListener('mousedown', function (e) { e.preventDefault(); });
    list.addEventListener('click', function (e) { if (e.target.dataset.path) go(e.target); });
    addEventListener('pagehide', close);
  });
})(document);
