// No rule of axe is broken on any page, in any state, in light and in dark; and opening it, as a visitor would, says
// nothing in the console, breaks no policy and asks no other host: the fixture "faults" watches for that.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { GROUPS, show } from './support/states.js';
import { expect, test } from './support/test.js';

/** The small form, which a browser reads twice as fast, hundreds of times. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that a change of colours alone can break. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
const ALL_BUT_COLOURS = { runOnly: { type: 'tag', values: TAGS }, rules: Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }])) };

for (const group of GROUPS) {
  test(`pages of ${group} break no rule of axe, in light and in dark, and no policy, and ask no other host`, async ({ page, states }) => {
    test.slow();
    const seen = new Set();
    for (const state of states.filter((state) => state.group === group)) {
      await show(page, state);
      await expect.soft(page.locator('main h1'), state.name).toBeVisible();
      await page.evaluate(AXE);
      expect.soft(await violations(page, ALL_BUT_COLOURS), state.name).toEqual([]);
      // Words that stand as others did on an earlier page have the same colours.
      const looks = await page.evaluate(looksOfWords);
      const fresh = looks.flatMap((look, at) => (seen.has(look) || !seen.add(look) ? [] : [at]));
      if (fresh.length === 0) continue;
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        expect.soft(await violations(page, { runOnly: { type: 'rule', values: COLOURS } }, fresh), `${state.name}, in ${colorScheme}`).toEqual([]);
      }
      await page.emulateMedia({ colorScheme: 'light' });
    }
  });
}

/** What axe finds on the page, or in some of the elements that `looksOfWords` named. */
async function violations(page, options, elements) {
  const found = await page.evaluate(
    ({ options, elements }) => {
      const context = elements ? { include: elements.map((at) => globalThis.withWords[at]) } : document;
      return globalThis.axe.run(context, { ...options, resultTypes: ['violations'] }).then(({ violations }) => violations);
    },
    { options, elements },
  );
  return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`);
}

/**
 * How each element with words of its own is dressed: by all that a style can ask for, of it, of what stands around it and
 * of what stands before it. No style stands in the HTML: the policy of every page forbids it.
 */
function looksOfWords() {
  const own = ['id', 'for', 'href', 'src', 'value', 'content', 'd', 'x', 'y', 'transform', 'viewBox', 'points', 'alt', 'title'];
  const known = new Map();
  const dress = (element) => {
    const attributes = [...element.attributes].filter(({ name }) => !own.includes(name) && !/^aria-(label|describe)/.test(name));
    const states = ['checked', 'disabled', 'invalid'].filter((state) => element.matches(`:${state}`));
    const edges = ['first-child', 'last-child'].filter((edge) => element.matches(`:${edge}`));
    return [element.localName, ...attributes.map(({ name, value }) => `${name}=${value}`), ...states, ...edges].join(' ');
  };
  const look = (element) => {
    if (!element) return '';
    if (!known.has(element)) {
      const before = element.previousElementSibling;
      known.set(element, `${look(element.parentElement)} > ${before ? `${dress(before)} + ` : ''}${dress(element)}`);
    }
    return known.get(element);
  };
  const hasWords = (element) =>
    element.matches('input, select, textarea') || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  globalThis.withWords = [...document.body.querySelectorAll('*')].filter(hasWords);
  return globalThis.withWords.map(look);
}
