// What only a browser can show of signing in: the warning before an idle sign-in ends, and words given back after it.
import axe from 'axe-core';

import { secondStep } from './support/signing_in.js';
import { ADMINISTRATOR } from './support/site.js';
import { expect, test } from './support/test.js';

async function signInAs(page, site, { email, password }, path) {
  await page.goto(`${site.origin}${path}`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await secondStep(page, site.origin, email);
}

test('two minutes before an idle sign-in ends a warning keeps it, and what was typed stays', async ({ page, site }) => {
  await site.addAdministrator();
  await signInAs(page, site, ADMINISTRATOR, '/staff/people/new');
  await page.clock.install();
  await page.goto('/staff/people/new');
  await page.getByLabel('Their email address').fill('lee@example.org');
  await page.clock.runFor(12 * 60 * 1000);
  const dialog = page.getByRole('dialog', { name: 'Are you still there?' });
  await expect(dialog).toBeHidden();
  await page.clock.runFor(70 * 1000);
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Stay signed in' })).toBeFocused();
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run('dialog'));
  expect(violations.map(({ id }) => id)).toEqual([]);
  const asked = page.waitForResponse((response) => response.url().endsWith('/staff/session'));
  await dialog.getByRole('button', { name: 'Stay signed in' }).click();
  expect((await asked).status()).toBe(204);
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel('Their email address')).toHaveValue('lee@example.org');
});

test('words that are sent after the sign-in was ended elsewhere are given back and can be sent', async ({ page, site, browser }) => {
  await site.addAdministrator();
  await signInAs(page, site, ADMINISTRATOR, '/staff/consultations/new');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Type in a phone call');
  await page.getByLabel('Full name').fill('<b>Lee</b> Wong');
  await page.getByRole('radio', { name: 'Phone' }).check();

  const elsewhere = await (await browser.newContext({ baseURL: site.origin })).newPage();
  await signInAs(elsewhere, site, ADMINISTRATOR, '/staff/account');
  await elsewhere.getByRole('button', { name: 'End all others' }).click();
  await elsewhere.context().close();

  await page.getByRole('button', { name: 'Save the request' }).click();
  await expect(page.getByRole('status')).toContainText('What you typed is kept');
  await page.getByLabel('Email address').fill(ADMINISTRATOR.email);
  await page.getByLabel('Password').fill(ADMINISTRATOR.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await secondStep(page, site.origin, ADMINISTRATOR.email);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What you sent after you were signed out');
  await expect(page.getByRole('main')).toContainText('<b>Lee</b> Wong');
  await page.getByRole('button', { name: 'Send it now' }).click();
  await expect(page).toHaveTitle(/^Error: Type in a phone call/);
  await expect(page.getByLabel('Full name')).toHaveValue('<b>Lee</b> Wong');
  await expect(page.getByRole('radio', { name: 'Phone' })).toBeChecked();
  await page.goto(`${site.origin}/staff/expired-forms`);
  await expect(page.getByRole('main')).toContainText('Nothing is waiting.');
});
