// The focus is seen at every stop of every kind of page, is never covered, and goes in the order of the page.
import { Keyboard } from './support/keyboard.js';
import { SHEET } from './support/site.js';
import { show } from './support/states.js';
import { expect, test } from './support/test.js';

test('the skip link leads past everything that stands above the page', async ({ page, states }) => {
  for (const name of ['/', SHEET, 'request form', 'check page', 'queue, full', 'not found']) {
    await show(page, states.find((state) => state.name === name));
    const keyboard = new Keyboard(page);
    await keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to main content' }), name).toBeFocused();
    await keyboard.isSeen(name);
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    const inside = await page.evaluate(() => Boolean(document.activeElement.closest('main, footer')));
    expect.soft(inside, `${name}: the next stop is in the page`).toBe(true);
  }
});

const LOOKED_AT = ['/', '/contact', '/emergency', 'request form with all errors', 'request form with a likely slip', 'check page', 'private page', 'welcome with errors', 'queue, full', 'diary, a day with a clash', 'another time', 'request, new', 'not found'];

for (const [scheme, media] of Object.entries({
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'forced colours': { forcedColors: 'active' },
})) {
  test(`focus is seen and never covered at any stop in ${scheme}`, async ({ page, states }) => {
    await page.emulateMedia(media);
    for (const name of LOOKED_AT) {
      await show(page, states.find((state) => state.name === name));
      const keyboard = new Keyboard(page);
      const stops = await keyboard.through((stop) => keyboard.isSeen(`${name}: ${stop}`));
      expect(stops.length, name).toBeGreaterThan(8);
    }
  });
}

test('a picture of every stop changes when the focus leaves it', async ({ page, states }) => {
  for (const name of ['request form with all errors', 'check page', 'queue, full']) {
    await show(page, states.find((state) => state.name === name));
    await page.evaluate(() => document.activeElement.blur());
    const keyboard = new Keyboard(page);
    await keyboard.through(async (stop) => {
      const box = await page.evaluate(() => {
        const { left, top, width, height } = document.activeElement.getBoundingClientRect();
        const [x, y] = [Math.max(0, left - 8), Math.max(0, top - 8)];
        return { x, y, width: Math.min(innerWidth - x, width + 16), height: Math.min(innerHeight - y, height + 16) };
      });
      const focused = await page.screenshot({ clip: box });
      await page.evaluate(() => document.activeElement.blur());
      expect.soft((await page.screenshot({ clip: box })).equals(focused), `${name}: ${stop} looks the same without focus`).toBe(false);
    });
  }
});

test('going back with Shift and Tab is the same way as going forward', async ({ page, states }) => {
  for (const name of ['request form', 'check page', 'request, new']) {
    const state = states.find((state) => state.name === name);
    const keyboard = new Keyboard(page);
    await show(page, state);
    const forward = await keyboard.through();
    await show(page, state);
    expect(await keyboard.through(undefined, 'Shift+Tab'), name).toEqual(forward.toReversed());
  }
});

test('on a narrow screen focus goes down the page as things stand on it', async ({ page, states }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const name of ['/', SHEET, 'request form with all errors', 'check page', 'private page', 'reminders', 'another time', 'queue, full', 'diary, a day with a clash', 'diary, a week', 'request, new']) {
    await show(page, states.find((state) => state.name === name));
    const jumps = await page.evaluate(() => {
      const stops = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, summary, [tabindex="0"]')]
        .filter((stop) => stop.checkVisibility() && !stop.closest('.trap, .skip'))
        .map((stop) => ({ box: stop.getClientRects()[0], words: (stop.textContent || stop.name).trim().slice(0, 30) }));
      return stops.slice(1).flatMap(({ box, words }, index) => (box.bottom <= stops[index].box.top + 1 ? [`up from “${stops[index].words}” to “${words}”`] : []));
    });
    expect.soft(jumps, name).toEqual([]);
    expect.soft(await page.locator('[tabindex]:not([tabindex="-1"]):not([tabindex="0"])').count(), `${name}: an order of its own`).toBe(0);
  }
});
