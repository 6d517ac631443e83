// No rule of axe is broken on any page, in any state, in light and in dark.
import axe from 'axe-core';

import { GROUPS, show } from './support/states.js';
import { expect, test } from './support/test.js';

const RULES = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
/** The rules that a change of colours alone can break. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

for (const group of GROUPS) {
  test(`axe finds nothing on any page of ${group}, in light and in dark`, async ({ page, states }) => {
    test.slow();
    for (const state of states.filter((state) => state.group === group)) {
      await page.emulateMedia({ colorScheme: 'light' });
      await show(page, state);
      await page.evaluate(axe.source);
      expect.soft(await violations(page, RULES), state.name).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect.soft(await violations(page, COLOURS), `${state.name}, in dark`).toEqual([]);
    }
  });
}

async function violations(page, runOnly) {
  const found = await page.evaluate((runOnly) => globalThis.axe.run({ runOnly, resultTypes: ['violations'] }).then(({ violations }) => violations), runOnly);
  return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`);
}
