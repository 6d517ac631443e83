// Every page in every state fits narrow screens, great zoom and wide text; nothing is lost in forced colours.
import { faultsOfLayout, smallTargets, spaceText } from './support/inspect.js';
import { GROUPS, show } from './support/states.js';
import { expect, test } from './support/test.js';

/** A small phone, and 1280 by 1024 at a zoom of 400%. */
const NARROW = { width: 320, height: 256 };
const TABLET = { width: 768, height: 1024 };
const WIDE = { width: 1280, height: 720 };

for (const group of GROUPS) {
  test(`pages of ${group} need no sideways scroll, hide no words, and have large targets`, async ({ page, states }) => {
    for (const state of states.filter((state) => state.group === group)) {
      await page.setViewportSize(NARROW);
      await show(page, state);
      for (const size of [NARROW, TABLET, WIDE]) {
        await page.setViewportSize(size);
        const where = `${state.name} at ${size.width} by ${size.height}`;
        expect.soft(await page.evaluate(faultsOfLayout, { figures: true }), where).toEqual([]);
        expect.soft(await page.evaluate(smallTargets), `${where}, targets`).toEqual([]);
      }
      await page.evaluate(spaceText);
      for (const size of [WIDE, NARROW]) {
        await page.setViewportSize(size);
        expect.soft(await page.evaluate(faultsOfLayout, { figures: false }), `${state.name} with wide text at ${size.width}`).toEqual([]);
      }
    }
  });
}

const WITH_BORDERS = ['/emergency', 'request form with all errors', 'check page with safety words', 'private page', 'sign-in', 'request, new'];

test('forced colours keep the borders of all that is filled in, pressed or set apart', async ({ page, states }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  for (const name of WITH_BORDERS) {
    await show(page, states.find((state) => state.name === name));
    const bare = await page.evaluate(() =>
      [...document.querySelectorAll('.input, .btn, .care, .note, .problems, .notice, .choice input')]
        .filter((box) => box.checkVisibility())
        .filter((box) => {
          const style = getComputedStyle(box);
          const edge = ['Top', 'Right', 'Bottom', 'Left'].every((side) => {
            const width = parseFloat(style[`border${side}Width`]);
            return width >= 1 && style[`border${side}Style`] !== 'none' && style[`border${side}Color`] !== style.backgroundColor;
          });
          // The browser draws its own boxes for choices.
          return !edge && !(box.matches('.choice input') && style.appearance === 'auto');
        })
        .map((box) => `${box.localName}.${box.className} “${box.textContent.trim().slice(0, 30)}”`),
    );
    expect.soft(bare, name).toEqual([]);
  }
});

test('forced colours show which choice is made', async ({ page, states }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await show(page, states.find((state) => state.name === 'request form'));
  for (const choice of [page.getByLabel('Any time'), page.getByRole('radio', { name: 'Video call' })]) {
    await choice.scrollIntoViewIfNeeded();
    const before = await choice.screenshot();
    await choice.check();
    await page.evaluate(() => document.activeElement.blur());
    expect((await choice.screenshot()).equals(before)).toBe(false);
  }
});

test('a choice that is made looks different in light and in dark', async ({ page, states }) => {
  await show(page, states.find((state) => state.name === 'request form'));
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.reload();
    for (const choice of [page.getByLabel('Any time'), page.getByRole('radio', { name: 'Video call' })]) {
      await choice.scrollIntoViewIfNeeded();
      const before = await choice.screenshot();
      await choice.check();
      await page.evaluate(() => document.activeElement.blur());
      expect((await choice.screenshot()).equals(before)).toBe(false);
    }
  }
});
