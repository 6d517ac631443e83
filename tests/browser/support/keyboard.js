// A person who uses the keyboard only: goes from stop to stop, and must see at each where they are.
import { expect } from './test.js';

/** More stops than any page here has. */
const MOST_STOPS = 250;

/** Runs in the page: what is wrong with the focus that is shown now, in words; nothing is good. */
function faultOfFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return 'nothing has focus';
  const name = `<${element.localName}> “${(element.textContent || element.name || '').trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
  const style = getComputedStyle(element);
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return `${name} shows no outline`;

  const light = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    if (alpha === 0) return null;
    const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  let ground = null;
  for (let around = element.parentElement; around && ground === null; around = around.parentElement) ground = light(getComputedStyle(around).backgroundColor);
  const [high, low] = [light(style.outlineColor), ground ?? 1].sort((one, other) => other - one);
  const contrast = (high + 0.05) / (low + 0.05);
  if (contrast < 3) return `${name} has an outline of contrast ${contrast.toFixed(1)}`;

  // Nothing may lie over it, and it must be in the window.
  const boxes = [...element.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
  const visible = boxes.filter((box) => box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth);
  if (visible.length === 0) return `${name} is out of sight`;
  const uncovered = visible.some((box) => {
    const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
    const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    const top = document.elementFromPoint(x, y);
    return top && (element.contains(top) || top.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(top)));
  });
  return uncovered ? '' : `${name} is covered`;
}

export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  type(words) {
    return this.page.keyboard.type(words);
  }

  async hasFocus(locator) {
    return (await locator.count()) > 0 && locator.evaluate((element) => element === document.activeElement);
  }

  /** Where the focus is, in words that tell one stop from another; choices of one question are one stop. */
  stop() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body || element === document.documentElement) return null;
      if (element.type === 'radio') return `radio ${element.name}`;
      const all = [...document.querySelectorAll(element.localName)];
      return `${element.localName} ${all.indexOf(element)} ${(element.textContent || element.name || '').trim().slice(0, 30)}`;
    });
  }

  /** Checks that the focus is seen where it is now. */
  async isSeen(where) {
    expect.soft(await this.page.evaluate(faultOfFocus), where ?? this.page.url()).toBe('');
  }

  /** Tab by Tab to a place; at each stop on the way the focus must be seen. */
  async to(locator, { backwards = false } = {}) {
    await expect(locator).toHaveCount(1);
    for (let stops = 0; stops < MOST_STOPS; stops += 1) {
      await this.press(backwards ? 'Shift+Tab' : 'Tab');
      if (await this.hasFocus(locator)) return this.isSeen();
      // Between the end of a page and its beginning the focus is in the window around it.
      if (await this.stop()) await this.isSeen();
    }
    throw new Error(`Tab does not reach ${locator}`);
  }

  async enter(locator, how) {
    await this.to(locator, how);
    await this.press('Enter');
  }

  async fill(locator, words) {
    await this.to(locator);
    await this.press('ControlOrMeta+A');
    await this.type(words);
  }

  /** Goes once through a page from its beginning; `at` is called at each stop. Gives the stops. */
  async through(at = () => {}, key = 'Tab') {
    const stops = [];
    for (;;) {
      await this.press(key);
      const stop = await this.stop();
      if (!stop || stop === stops[0]) return stops;
      stops.push(stop);
      await at(stop);
      if (stops.length > MOST_STOPS) throw new Error('Tab does not come to an end');
    }
  }
}
