// The test function of every file here: a site to each worker, and an eye on each page's console and requests.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

import { expect as baseExpect, test as base } from '@playwright/test';

import { secondStep, signInVisitor } from './signing_in.js';
import { DESK_ACCOUNT, READING, startSite } from './site.js';
import { Visitor, hidden } from './visitor.js';

export const expect = baseExpect;

export const test = base.extend({
  site: [
    async ({}, use) => {
      const site = await startSite();
      await use(site);
      await site.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  /** A site of its own, on which nobody has an account yet: its first link is still good. */
  newSite: [
    async ({}, use) => {
      const site = await startSite();
      await use(site);
      await site.stop();
    },
    { timeout: 90_000 },
  ],

  /** Every page in every state, collected once for the whole run. */
  states: [async ({}, use) => use(JSON.parse(await readFile(process.env.MYBACKPAIN_TEST_STATES, 'utf8'))), { scope: 'worker' }],

  baseURL: async ({ site }, use) => use(site.origin),

  /** What went wrong in any page of this test; the test fails when there is anything at its end. */
  faults: [
    async ({ context }, use) => {
      const faults = [];
      watch(context, faults);
      await context.addInitScript(() => {
        addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
          console.error(`broken policy: ${effectiveDirective} ${blockedURI} ${sample}`);
        });
      });
      await use(faults);
      expect(faults, 'console messages, page errors, dialogs, broken policies, requests to other hosts').toEqual([]);
    },
    { auto: true },
  ],
});

/** Notes what goes wrong in the pages of a context. */
export function watch(context, faults) {
  const refused = new Set();
  context.on('response', (response) => {
    if (response.status() >= 400 && response.request().isNavigationRequest()) refused.add(response.url());
  });
  context.on('console', (message) => {
    // Chromium notes every answer of 400 and over, also when a page of ours says what to do about it.
    const noted = /^Failed to load resource: the server responded with a status of \d/.test(message.text());
    if (noted && refused.has(message.location().url)) return;
    // Chromium says what signing out cleared, as it was asked to.
    if (message.type() === 'info' && message.text().startsWith('Clear-Site-Data header')) return;
    faults.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => faults.push(`page error: ${error.error()}`));
  context.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (!['127.0.0.1', 'localhost'].includes(url.hostname)) faults.push(`request to another host: ${request.url()}`);
  });
}

let people = 0;

/** Someone who asked for nothing before: equal requests of one person within a day are one request. */
export function someone(changes = {}) {
  people += 1;
  const number = `${process.pid}-${people}`;
  // A mail greets by a name of letters only.
  const family = [...number].map((c) => 'abcdefghij-'['0123456789-'.indexOf(c)]).join('');
  return {
    name: `Ada Lovelace-${family}`,
    email: `ada-${number}@example.org`,
    phone: '020 7946 0991',
    concern: 'My lower back aches after gardening, for 3 months.',
    ...changes,
  };
}

/** One of the two forms at the foot of a sheet. The script folds each to a button, which is pressed here. */
export async function openOffer(page, name) {
  const form = page.getByRole('region', { name, exact: true });
  const folded = form.locator('details:not([open]) > summary');
  if (await folded.count()) await folded.click();
  return form;
}

/** Fills in and sends the request form at the foot of a sheet, up to its check page. */
export async function fillConsultation(page, person, method = 'Phone') {
  const form = await openOffer(page, 'Book a consultation');
  await form.getByLabel('Full name').fill(person.name);
  await form.getByLabel('Email address').fill(person.email);
  await form.getByLabel('Phone number').fill(person.phone);
  await form.getByLabel('Weekday mornings').check();
  await form.getByRole('radio', { name: method, exact: true }).check();
  await form.getByLabel(/main concern/).fill(person.concern);
  await form.getByRole('button', { name: 'Request a consultation' }).click();
}

/** Answers the question of a private page. */
export async function prove(page, phone) {
  await page.getByLabel('Last 4 digits of your phone number').fill(phone.slice(-4));
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Waits as long as a person at least needs to read a check page. */
export async function readCheckPage(page) {
  await expect(page.getByRole('button', { name: 'Confirm and send' })).toBeVisible();
  await page.waitForTimeout(READING);
}

/** The newest mail to an address, when `count` have come. */
export async function mailTo(site, address, count = 1) {
  await expect.poll(() => site.post.of(address).length, { message: `mails to ${address}`, timeout: 15_000 }).toBe(count);
  return site.post.of(address).at(-1);
}

/** The notice that the clinic got about a request. */
export async function noticeOf(site, reference, desk) {
  const notices = () => site.post.of(desk).filter((mail) => mail.subject.includes(reference));
  await expect.poll(() => notices().length, { message: `notices of ${reference}`, timeout: 15_000 }).toBe(1);
  return notices()[0];
}

/** Asks for a consultation without a browser, and gives the reference. */
export async function asks(site, person, also = {}) {
  return (await confirmed(site, { name: person.name, phone: person.phone, method: 'phone', ...also })).match(/BP-\w{4}-\w{4}/)[0];
}

async function confirmed(site, form) {
  const patient = new Visitor(site.origin);
  const checked = await patient.post('/consultations/new', form);
  await wait(READING);
  const { html } = await patient.post('/consultations/new', { ...hidden(checked.html), step: 'send' });
  expect(html).toContain('We have your request');
  return html;
}

/** The same with an address, booked by the clinic for a working day in some weeks; gives the private page and the day. */
export async function isBooked(site, person) {
  const html = await confirmed(site, { name: person.name, phone: person.phone, email: person.email, method: 'phone' });
  const reference = html.match(/BP-\w{4}-\w{4}/)[0];
  await site.addStaff();
  const staff = new Visitor(site.origin);
  await signInVisitor(staff, site.origin, DESK_ACCOUNT);
  const day = new Date(Date.now() + 30 * 24 * 3_600_000);
  const request = `/staff/consultations/${reference}`;
  const form = { ...hidden((await staff.get(request)).html), date: day.toISOString().slice(0, 10), time: '10:00', minutes: '30', setting: 'phone', room: 'Line 1' };
  let done = await staff.post(`${request}/booking`, form);
  // A weekend, a bank holiday or another booking: it is made all the same.
  if (done.status === 422) done = await staff.post(`${request}/booking`, { ...form, asked: hidden(done.html).asked, why: 'For a test' });
  expect(done.html).toContain('Booked for');
  return { page: html.match(/href="(\/consultations\/[0-9a-f]{40})"/)[1], day: form.date, reference };
}

export async function signIn(page, site, account = DESK_ACCOUNT) {
  await site.add(account);
  await page.goto(`${site.origin}/staff/sign-in`);
  await page.getByLabel('Email address').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await secondStep(page, site.origin, account.email);
  await expect(page.getByRole('heading', { level: 1, name: 'Requests' })).toBeVisible();
}
