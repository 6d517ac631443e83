// Passkeys with the virtual authenticator of Chromium: made under "Your account", used at both steps of signing in.
import axe from 'axe-core';

import { secondStep } from './support/signing_in.js';
import { DESK_ACCOUNT, startSite } from './support/site.js';
import { expect, test } from './support/test.js';

/** Browsers have no passkeys at an address that is a number: this site has a name. */
const named = test.extend({
  site: [
    async ({}, use) => {
      const site = await startSite({ host: 'localhost' });
      await use(site);
      await site.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

/** A phone that recognises its owner, or does not. */
async function phone(page, { recognises = true } = {}) {
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: recognises,
      automaticPresenceSimulation: true,
    },
  });
  return {
    recognises: (isUserVerified) => device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    credentials: async () => (await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

async function noViolations(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
}

async function enterPassword(page) {
  await page.goto('/staff/sign-in');
  await page.getByLabel('Email address').fill(DESK_ACCOUNT.email);
  await page.getByLabel('Password').fill(DESK_ACCOUNT.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

named('a passkey is made by keyboard, signs in, is a second step, and is gone once it is removed', async ({ page, site }) => {
  await site.addStaff();
  const device = await phone(page);
  await enterPassword(page);
  await secondStep(page, site.origin, DESK_ACCOUNT.email);
  await page.goto('/staff/account');
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await noViolations(page);
  await page.getByLabel('Name of the passkey').fill('My phone');
  await page.getByLabel('Password').fill(DESK_ACCOUNT.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Make the passkey on this device');
  await expect(page.getByText('This browser makes no passkeys')).toBeHidden();
  await noViolations(page);
  await device.recognises(false);
  await page.getByRole('button', { name: 'Make a passkey' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('No passkey was made. Try again, or use another device.');
  await device.recognises(true);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('rowheader', { name: 'My phone' })).toBeVisible();
  await noViolations(page);
  expect((await device.credentials()).map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential])).toEqual([['localhost', true]]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await noViolations(page);
  await page.goto('/staff/calls');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Who to ring');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await enterPassword(page);
  await page.getByRole('button', { name: 'Use a passkey instead' }).waitFor();
  await noViolations(page);
  await page.getByRole('button', { name: 'Use a passkey instead' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Requests');

  await page.goto('/staff/account');
  await page.getByRole('link', { name: 'Remove the passkey My phone' }).click();
  await noViolations(page);
  await page.getByLabel('Password').fill(DESK_ACCOUNT.password);
  await page.getByRole('button', { name: 'Remove the passkey' }).click();
  await expect(page.getByRole('rowheader', { name: 'My phone' })).toBeHidden();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page).toHaveTitle(/^Error: Sign in/);
  await expect(page.getByRole('link', { name: /The passkey was not accepted/ })).toBeVisible();
  await noViolations(page);
});

named('without script, and at an address that is a number, nothing of passkeys is shown', async ({ browser, site }) => {
  const context = await browser.newContext({ baseURL: site.origin, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/staff/sign-in');
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeHidden();
  await context.close();
});
