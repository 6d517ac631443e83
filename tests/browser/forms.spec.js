// What the script adds to forms, and what is left without it: two forms folded to two buttons, fields that follow the way
// of contact, and a slip to fill in. Run with script and without.
import { SHEET } from './support/site.js';
import { Keyboard } from './support/keyboard.js';
import { expect, openOffer, test } from './support/test.js';

const OFFERS = ['Get this report by email', 'Book a consultation'];
const BUTTONS = ['Send me the report', 'Request a consultation'];

const offers = (page) => OFFERS.map((name) => page.getByRole('region', { name, exact: true }));
const isOpen = async (form, index, open) => expect(form.getByRole('button', { name: BUTTONS[index] })).toBeVisible({ visible: open });

test('the two forms of a sheet are folded to two buttons, and stand open without script', async ({ page, javaScriptEnabled }) => {
  const script = javaScriptEnabled ?? true;
  await page.goto(SHEET);
  for (const [index, form] of offers(page).entries()) {
    await isOpen(form, index, !script);
    await expect(form.getByRole('heading', { name: OFFERS[index] })).toBeVisible();
  }
  if (!script) return;
  const keyboard = new Keyboard(page);
  const [report, request] = offers(page);
  await keyboard.enter(report.locator('summary'));
  await isOpen(report, 0, true);
  await isOpen(request, 1, false);
  await keyboard.press('Tab');
  await expect(report.getByRole('link', { name: 'Make your summary first' })).toBeFocused();
  await keyboard.to(request.locator('summary'));
  await keyboard.isSeen();
});

test('an address that leads to the forms opens them, and to one of them that one', async ({ page }) => {
  await page.goto(`${SHEET}#offers`);
  for (const [index, form] of offers(page).entries()) await isOpen(form, index, true);
  await page.goto('/');
  await page.goto(`${SHEET}#book`);
  await isOpen(offers(page)[1], 1, true);
  await page.goto('/');
  await page.goto(SHEET);
  const link = page.getByRole('link', { name: 'Email me this' });
  await link.click();
  await isOpen(offers(page)[0], 0, true);
  await expect(offers(page)[0].getByRole('heading')).toBeInViewport();
});

test('a form with something typed in it is not folded when one comes back to it', async ({ page, javaScriptEnabled }) => {
  test.skip(javaScriptEnabled === false, 'nothing is folded without script');
  await page.goto(SHEET);
  const form = await openOffer(page, 'Get this report by email');
  await form.getByLabel('Name').fill('Ada');
  await page.goto('/night');
  await page.goBack();
  await isOpen(form, 0, true);
  await expect(form.getByLabel('Name')).toHaveValue('Ada');
});

test('once someone says how to reach them, only what that needs is asked, and nothing typed is hidden', async ({ page, javaScriptEnabled }) => {
  const script = javaScriptEnabled ?? true;
  await page.goto('/consultations/new');
  const shown = async (label, there) => expect(page.getByLabel(label).first()).toBeVisible({ visible: there });
  const dependent = ['Phone number', 'Weekday mornings', 'Email address'];
  for (const label of dependent) await shown(label, true);
  await page.getByRole('radio', { name: 'Email', exact: true }).check();
  await shown('Phone number', !script);
  await shown('Weekday mornings', !script);
  await shown('Email address', true);
  await page.getByRole('radio', { name: 'Video call' }).check();
  await shown('Phone number', !script);
  await shown('Weekday mornings', true);
  await page.getByRole('radio', { name: 'Phone', exact: true }).check();
  await page.getByLabel('Phone number').fill('020 7946 0991');
  await page.getByRole('radio', { name: 'Email', exact: true }).check();
  await shown('Phone number', true);
  await page.getByRole('button', { name: 'Request a consultation' }).click();
  await expect(page.locator('.problems').getByRole('link')).toHaveText(['Enter your full name', 'Enter your email address']);
  await expect(page.getByRole('radio', { name: 'Email', exact: true })).toBeChecked();
});

test('the hand-over slip is filled in on the page, shown and printed, and nothing of it goes anywhere', async ({ page }) => {
  await page.goto('/emergency');
  const asked = [];
  page.on('request', (request) => {
    if (!request.url().includes('/assets/')) asked.push(request.url());
  });
  const name = page.getByLabel('My name and date of birth');
  await name.fill('Ada Lovelace, 10 December 1985');
  await name.press('Enter');
  await page.getByLabel('What is new or different').fill('Numb between my legs since 6 this morning. '.repeat(6));
  expect(new URL(page.url()).pathname + new URL(page.url()).search, 'nothing in the address').toBe('/emergency');
  expect(asked).toEqual([]);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage, cookie: document.cookie }))).toBe('{"cookie":""}');
  await page.emulateMedia({ media: 'print' });
  await expect(name).toHaveValue(/Ada Lovelace/);
  const cut = await page.locator('.slip textarea').evaluateAll((lines) => lines.filter((line) => line.scrollHeight > line.clientHeight + 2).map((line) => line.id));
  expect(cut, 'every line is whole on paper').toEqual([]);
  await page.emulateMedia({ media: null });
  await page.reload();
  await expect(name).toHaveValue('');
});
