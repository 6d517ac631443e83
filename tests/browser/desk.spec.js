// What only a browser can show of the desk: two people on one request, and typed words that outlive other buttons.
import { ADMINISTRATOR } from './support/site.js';
import { asks, expect, signIn, someone, test } from './support/test.js';

const NOTE = 'Her daughter answers, ring after 4pm';

test('two people on one request see each other, and the slower is told what was done and loses no word', async ({ page, site, browser }) => {
  const address = `/staff/consultations/${await asks(site, someone())}`;
  await signIn(page, site);
  await page.goto(address);
  await site.addAdministrator();
  const other = await (await browser.newContext({ baseURL: site.origin })).newPage();
  await signIn(other, site, ADMINISTRATOR);
  await other.goto(address);
  const here = (seen) => seen.getByRole('status').filter({ hasText: 'has had this open since' });
  await expect(here(other)).toContainText('Sam Porter');
  await expect(here(page), 'told while the page is open').toContainText('Asha Okafor', { timeout: 15_000 });

  await page.getByLabel('Add a note').fill(NOTE);
  await other.getByRole('button', { name: 'Mark as contacted' }).click();
  await expect(other.locator('.head .tag', { hasText: 'Contacted' })).toBeVisible();
  await other.context().close();
  await page.getByRole('button', { name: /^No answer/ }).click();
  await expect(page.locator('.problems')).toContainText('Asha Okafor marked it as contacted');
  await expect(page.getByLabel('Add a note')).toHaveValue(NOTE);
  await page.getByRole('button', { name: /^No answer/ }).click();
  await expect(page.getByRole('main')).toContainText('rang: no answer');
  await expect(page.getByLabel('Add a note'), 'it outlives what was done, too').toHaveValue(NOTE);
  await page.getByRole('button', { name: 'Save the note' }).click();
  await expect(page.getByRole('main')).toContainText(NOTE);
  await expect(page.getByLabel('Add a note')).toHaveValue('');
});
