// Both steps of signing in to the desk: the password, and the code that an app on a phone would show.
import { createHmac } from 'node:crypto';

import { hidden } from './visitor.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SECONDS = 30;

/** What each account's phone knows, by site and address: a code is used once. */
const phones = new Map();

/** The code of the app for a step of 30 seconds (RFC 6238). */
export function code(key, step) {
  const bits = [...key.replace(/\s/g, '')].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const at = digest.at(-1) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Remembers a key that the set-up page showed, and gives its first code. */
export function setUp(origin, email, key) {
  const step = now();
  phones.set(`${origin} ${email}`, { key, step, codes: [] });
  return code(key, step);
}

/** Recovery codes are for sign-ins that follow each other faster than the app makes codes. */
export function keepCodes(origin, email, codes) {
  phones.get(`${origin} ${email}`).codes = codes;
}

/** A code that was not used yet. */
export function nextCode(origin, email) {
  const phone = phones.get(`${origin} ${email}`);
  const step = Math.max(phone.step + 1, now());
  if (step > now() + 1) return phone.codes.pop();
  phone.step = step;
  return code(phone.key, step);
}

/** In a browser: from the page that follows the password to the desk. */
export async function secondStep(page, origin, email) {
  await page.getByLabel('6-digit code').waitFor();
  if (page.url().endsWith('/set-up')) {
    await page.getByLabel('6-digit code').fill(setUp(origin, email, await page.locator('[data-key]').innerText()));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('[data-code]').first().waitFor();
    keepCodes(origin, email, await page.locator('[data-code]').allInnerTexts());
    await page.getByRole('link', { name: 'I have kept them' }).click();
    return;
  }
  await page.getByLabel('6-digit code').fill(nextCode(origin, email));
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Without a browser: signs a visitor in and gives the desk's first page. `seen` is shown each page on the way. */
export async function signInVisitor(visitor, origin, { email, password }, seen = () => {}) {
  const asked = await visitor.post('/staff/sign-in', { email, password });
  if (!asked.url.endsWith('/set-up')) {
    seen('code', asked);
    return visitor.post('/staff/sign-in/code', { ...hidden(asked.html), code: nextCode(origin, email) });
  }
  seen('set-up', asked);
  const key = asked.html.match(/data-key>(.*?)<\/strong>/s)[1].replace(/<[^>]+>/g, '');
  const done = await visitor.post('/staff/sign-in/set-up', { code: setUp(origin, email, key) });
  seen('recovery codes', done);
  keepCodes(origin, email, [...done.html.matchAll(/data-code>([^<]+)</g)].map(([, one]) => one));
  return visitor.get('/staff');
}

function now() {
  return Math.floor(Date.now() / 1000 / SECONDS);
}
