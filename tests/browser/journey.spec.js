// A patient asks and is answered, from the first page to the closed request. Run with script and without.
import { secondStep } from './support/signing_in.js';
import { DESK, SHEET } from './support/site.js';
import { expect, fillConsultation, mailTo, noticeOf, openOffer, prove, readCheckPage, signIn, someone, test } from './support/test.js';

const PROMISE = /You will hear from us by (.+?)\./;

/** "5pm on Monday 23 November", without the year that some pages add. */
function moment(words) {
  return words.match(/\S+ on \w+day \d+ \w+/)[0];
}

/** Asks from the sheet and sends; gives the reference and the private page's address from the mail. */
async function ask(page, site, person) {
  await page.goto(SHEET);
  await fillConsultation(page, person);
  await readCheckPage(page);
  await page.getByRole('button', { name: 'Confirm and send' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'We have your request' })).toBeVisible();
  const reference = await page.locator('.done .ref').innerText();
  const mail = await mailTo(site, person.email);
  return { reference, mail, privatePage: mail.text.match(/http:\S+\/consultations\/\S+/)[0] };
}

test('a patient asks from a sheet, the clinic answers, and both see the same promised moment', async ({ page, newSite: site }) => {
  const person = someone();

  await page.goto(`${site.origin}${SHEET}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sleep and back pain');
  await fillConsultation(page, { ...person, concern: 'My back.' });

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your answers before you send them');
  const told = moment((await page.locator('.lede').innerText()).match(/hear from us by (.+)\./)[1]);
  await page.getByRole('button', { name: 'Change main concern' }).click();
  await expect(page).toHaveURL(/\/consultations\/new#concern$/);
  await expect(page.getByLabel('Full name')).toHaveValue(person.name);
  await expect(page.getByRole('radio', { name: 'Phone', exact: true })).toBeChecked();
  await page.getByLabel(/main concern/).fill(person.concern);
  await page.getByRole('button', { name: 'Check your answers again' }).click();
  await expect(page.locator('dl.answers')).toContainText(person.concern);

  await readCheckPage(page);
  await page.getByRole('button', { name: 'Confirm and send' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('We have your request');
  const reference = await page.locator('.done .ref').innerText();
  expect(reference).toMatch(/^BP-\w{4}-\w{4}$/);
  const promised = (await page.locator('.promise').innerText()).match(PROMISE)[1];
  expect(moment(promised)).toBe(told);
  await page.reload();
  await expect(page.locator('.done .ref')).toHaveText(reference);

  const mail = await mailTo(site, person.email);
  expect(mail.subject).toContain(reference);
  expect(mail.text).toContain(`You will hear from us by ${promised}.`);
  expect(mail.html).toContain(`You will hear from us by ${promised}.`);
  const notice = await noticeOf(site, reference, DESK);
  expect(notice.text).toContain(promised);
  for (const secret of [person.name, person.phone, person.email, person.concern, 'gardening', 'Lovelace']) {
    for (const place of ['raw', 'subject', 'text', 'html']) expect(notice[place]).not.toContain(secret);
  }

  const privatePage = mail.text.match(/http:\S+\/consultations\/\S+/)[0];
  await page.goto(privatePage);
  await expect(page.locator('.lede')).toContainText(promised);
  await expect(page.getByRole('main')).not.toContainText('gardening');
  for (const secret of [person.name, person.phone, person.email]) await expect(page.getByRole('main')).not.toContainText(secret);
  await prove(page, '1234');
  await expect(page.locator('.problems')).toContainText('These are not the last 4 digits');
  await prove(page, person.phone);
  await expect(page.getByRole('main')).toContainText(person.email);
  await page.getByRole('link', { name: 'Change how we reach you' }).click();
  await page.getByLabel('Phone number').fill('(0161) 496 0123 ext 4');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(privatePage);
  await expect(page.getByRole('main')).toContainText('(0161) 496 0123 ext 4');

  await page.goto(site.firstLink);
  await page.getByLabel('Full name').fill('Grace Hopper');
  await page.getByLabel('Email address').fill('grace@clinic.example');
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Make my account' }).click();
  await secondStep(page, site.origin, 'grace@clinic.example');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Requests');
  const row = page.getByRole('row').filter({ hasText: reference });
  await expect(row).toContainText(person.name);
  await expect(row).toContainText(told);
  await row.getByRole('link').first().click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText(person.name);
  await expect(page.locator('.tag-due')).toContainText(promised);
  // The first account is an administrator's: what patients write is for clinicians.
  await expect(page.getByRole('region', { name: 'What they said' })).toContainText('Clinicians can read it');
  await expect(page.locator('body')).not.toContainText(person.concern);
  await expect(page.getByRole('link', { name: '(0161) 496 0123', exact: true }).first()).toHaveAttribute('href', 'tel:01614960123');
  await expect(page.locator('.number')).toHaveText('(0161) 496 0123 ext 4');
  await page.getByRole('button', { name: 'Mark as contacted' }).click();
  await expect(page.locator('.head .tag', { hasText: 'Contacted' })).toBeVisible();
  await page.locator('summary', { hasText: 'Close it' }).click();
  await page.getByLabel('Dealt with', { exact: true }).check();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page.locator('.head .tag', { hasText: 'Closed' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Grace Hopper');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in to the desk');
  await page.goto(`${site.origin}/staff`);
  await expect(page).toHaveURL(/\/staff\/sign-in$/);
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.goto(site.firstLink);
  await expect(page.getByRole('heading', { level: 1 }), 'the link works once').toHaveText('Page not found');

  await page.goto(privatePage);
  await expect(page.locator('.lede')).toHaveText('Your request is closed.');
});

test('what a patient forgot is said beside the field and above, and nothing typed is lost', async ({ page }) => {
  const person = someone();
  await page.goto(SHEET);
  await fillConsultation(page, { ...person, phone: '' });
  await expect(page).toHaveTitle(/^Error: /);
  const problems = page.locator('.problems');
  await expect(problems.getByRole('heading', { name: 'There is a problem' })).toBeVisible();
  await expect(problems.getByRole('link')).toHaveText(['Enter your phone number']);
  await expect(page.getByLabel('Phone number')).toHaveAccessibleDescription(/Error: Enter your phone number/);
  await expect(page.getByLabel('Full name')).toHaveValue(person.name);
  await expect(page.getByLabel('Weekday mornings')).toBeChecked();
  await expect(page.getByLabel(/main concern/)).toHaveValue(person.concern);
  await expect(page.getByRole('link', { name: 'Back', exact: true })).toHaveAttribute('href', SHEET);
  await page.getByLabel('Phone number').fill(person.phone);
  await page.getByRole('button', { name: 'Request a consultation' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your answers before you send them');
});

test('a likely slip in the address is asked about before a patient sends', async ({ page }) => {
  const person = someone({ email: 'ada@gmial.com' });
  await page.goto(SHEET);
  await fillConsultation(page, person);
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.locator('.problems').getByRole('link')).toContainText(/did you mean ada@gmail\.com\?/i);
  await page.getByRole('group', { name: 'Which address is right?' }).getByLabel('ada@gmail.com').check();
  await page.getByRole('button', { name: 'Request a consultation' }).click();
  await expect(page.locator('dl.answers')).toContainText('ada@gmail.com');
});

test('a patient withdraws, and what they said is gone from every page', async ({ page, site }) => {
  const person = someone();
  const { reference, privatePage } = await ask(page, site, person);
  const confirmation = page.url();

  await page.goto(privatePage);
  await prove(page, person.phone);
  await page.getByRole('link', { name: 'Withdraw your request' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Do you want to withdraw your request?');
  await page.getByRole('button', { name: 'Withdraw and erase' }).click();
  await expect(page).toHaveURL(privatePage);
  await expect(page.locator('.lede')).toContainText('has been erased');
  await expect(page.locator('body')).not.toContainText(person.name);

  await page.goto(confirmation);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your request is withdrawn');
  const closed = await page.goto(`${privatePage}/contact`);
  expect(closed.status()).toBe(404);

  await signIn(page, site);
  const entry = page.getByRole('region', { name: 'Done recently' }).getByRole('listitem').filter({ hasText: reference });
  await expect(entry).toContainText('Withdrawn');
  await expect(page.locator('body')).not.toContainText(person.name);
  await entry.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(reference);
  for (const secret of [person.name, person.phone, person.email, person.concern]) {
    await expect(page.locator('body')).not.toContainText(secret);
  }
});

test.describe('a report by email', () => {
  async function fillReport(page, name, email) {
    await page.goto(SHEET);
    const form = await openOffer(page, 'Get this report by email');
    await form.getByLabel('Name').fill(name);
    await form.getByLabel('Email address').fill(email);
    await form.getByRole('button', { name: 'Send me the report' }).click();
  }

  async function isAsked(page, meant) {
    await expect(page).toHaveTitle(/^Error: Get this report by email/);
    await expect(page.locator('.problems').getByRole('link')).toContainText(new RegExp(`did you mean ${meant}\\?`, 'i'));
  }

  async function confirm(page, email) {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your email address');
    await expect(page.locator('dl.answers')).toContainText(email);
    await readCheckPage(page);
    await page.getByRole('button', { name: 'Confirm and send' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Your report (is on its way|has been sent)$/);
  }

  const slip = (person) => person.email.replace('example.org', 'hotmial.com');
  const mended = (person) => person.email.replace('example.org', 'hotmail.com');
  const answer = (page, address) => page.getByRole('group', { name: 'Which address is right?' }).getByLabel(address);

  test('a likely slip is asked about, and the meant address is used when it is chosen', async ({ page, site }) => {
    const person = someone();
    await fillReport(page, person.name, slip(person));
    await isAsked(page, mended(person));
    await answer(page, mended(person)).check();
    await page.getByRole('button', { name: 'Send me the report' }).click();
    await confirm(page, mended(person));
    const mail = await mailTo(site, mended(person));
    expect(site.post.of(slip(person))).toEqual([]);
    for (const words of [mail.text, mail.html]) {
      expect(words).toContain(person.name);
      expect(words).toMatch(/call 999/i);
      expect(words).toMatch(/\breferences\b/i);
      expect(words).toContain(`${site.origin}${SHEET}`);
    }
  });

  test('an odd address is used as it was typed when the person says that it is right', async ({ page, site }) => {
    const person = someone();
    await fillReport(page, person.name, slip(person));
    await isAsked(page, mended(person));
    await answer(page, slip(person)).check();
    await page.getByRole('button', { name: 'Send me the report' }).click();
    await confirm(page, slip(person));
    await mailTo(site, slip(person));
    expect(site.post.of(mended(person))).toEqual([]);
  });

  test('an address typed anew after the question is used, also when Enter sends the form', async ({ page }) => {
    const person = someone();
    await fillReport(page, person.name, slip(person));
    await isAsked(page, mended(person));
    await page.getByLabel('Email address').fill(person.email);
    await page.getByLabel('Email address').press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your email address');
    await expect(page.locator('dl.answers')).toContainText(person.email);
  });

  test('whoever did not ask for a report can stop them', async ({ page, site }) => {
    const person = someone();
    await fillReport(page, person.name, person.email);
    await confirm(page, person.email);
    const mail = await mailTo(site, person.email);
    await page.goto(mail.text.match(/http:\S+\/reports\/stop\/\S+/)[0]);
    await page.getByRole('button', { name: 'Stop emails' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('We will send no more emails to this address');

    await fillReport(page, person.name, person.email);
    await confirm(page, person.email);
    const other = someone();
    await fillReport(page, other.name, other.email);
    await confirm(page, other.email);
    await mailTo(site, other.email);
    expect(site.post.of(person.email), 'nothing came after the stop').toHaveLength(1);
  });
});
