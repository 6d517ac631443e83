// What a person would see is wrong with the layout of a page. These functions run inside the page.

/**
 * Everything that sticks out, is cut off, or lies over something else, in words. An empty list is good. With wide text
 * figures are left out: their words stand in full beside them.
 */
export function faultsOfLayout({ figures }) {
  const faults = [];
  const unseen = '.hush, .trap, .skip, [hidden], noscript, script, style';
  const shown = (element) => element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true });
  const name = (element) => {
    const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
    const kind = element.getAttribute('class');
    return `<${element.localName}${element.id ? ` id=${element.id}` : ''}${kind ? ` class="${kind}"` : ''}> “${text}”`;
  };
  const scrolls = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
    }
    return false;
  };

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest(unseen) || element.closest('svg') || !shown(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if ((box.right > root.clientWidth + 1 || box.left < -1) && !scrolls(element)) faults.push(`sticks out of the window: ${name(element)}`);
    const style = getComputedStyle(element);
    const cuts = /hidden|clip/.test(style.overflowX + style.overflowY) && element.textContent.trim();
    if (cuts && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)) {
      faults.push(`is cut off: ${name(element)}`);
    }
    if (element.matches('p, li, dt, dd, h1, h2, h3, h4, a, button, label, legend, summary, th, td') && style.display !== 'inline') {
      if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1) faults.push(`is wider than its box: ${name(element)}`);
    }
  }

  // Words over words: the boxes of all text, from the top down.
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest(unseen) || element.closest('svg') || !shown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 1 && box.height > 1) lines.push({ element, words: node.data.trim().slice(0, 30), box });
    }
  }
  lines.sort((one, other) => one.box.top - other.box.top);
  lines.forEach(({ element, words, box }, index) => {
    for (const other of lines.slice(index + 1)) {
      if (other.box.top >= box.bottom) break;
      const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const down = Math.min(box.bottom, other.box.bottom) - other.box.top;
      if (across > 2 && down > Math.min(box.height, other.box.height) / 2) {
        faults.push(`words over words: ${name(element)} “${words}” and ${name(other.element)} “${other.words}”`);
      }
    }
  });

  // Words in figures stay inside them.
  for (const text of figures ? document.querySelectorAll('svg text') : []) {
    const inner = text.getBoundingClientRect();
    const outer = text.ownerSVGElement.getBoundingClientRect();
    const out = Math.max(outer.left - inner.left, inner.right - outer.right, outer.top - inner.top, inner.bottom - outer.bottom);
    if (out > 1) faults.push(`runs out of its figure by ${Math.round(out)}px: “${text.textContent.trim()}”`);
  }
  return [...new Set(faults)].slice(0, 12);
}

/** What is pressed and is smaller than 44 by 44 pixels. Links inside text may be as large as the text. */
export function smallTargets() {
  const pressed = 'button, input:not([type=hidden]), select, textarea, summary, .site-head a, .site-foot li a, .back a, .crumbs a, .letters a, .btn';
  const faults = [];
  for (const target of document.querySelectorAll(pressed)) {
    if (target.closest('.trap, [hidden]') || !target.checkVisibility()) continue;
    let { left, right, top, bottom } = target.getBoundingClientRect();
    if (/radio|checkbox/.test(target.type)) {
      // Its label is part of it.
      const label = target.labels[0].getBoundingClientRect();
      [left, right] = [Math.min(left, label.left), Math.max(right, label.right)];
      [top, bottom] = [Math.min(top, label.top), Math.max(bottom, label.bottom)];
    }
    const [width, height] = [right - left, bottom - top];
    if (width < 43.9 || height < 43.9) {
      faults.push(`${target.localName} “${(target.textContent || target.name || '').trim().slice(0, 30)}” is ${Math.round(width)} by ${Math.round(height)}`);
    }
  }
  return [...new Set(faults)].slice(0, 12);
}

/** The words on paper in letters of less than 12pt; sources, the record of a page and the foot may have 9pt. */
export function smallPrint() {
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('.hush, .trap, .skip, script, style, svg, sup') || !element.checkVisibility()) continue;
    const points = parseFloat(getComputedStyle(element).fontSize) * 0.75;
    const least = element.closest('.refs, .record, .site-foot, .site-head, .kicker, .facts, figcaption') ? 9 : 12;
    if (points < least - 0.01) faults.push(`${points.toFixed(1)}pt: <${element.localName}> “${node.data.trim().slice(0, 40)}”`);
  }
  return [...new Set(faults)].slice(0, 12);
}

/** The spacing of text that a reader may set (WCAG 1.4.12). */
export function spaceText() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-block-end: 2em !important; }
  `);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
