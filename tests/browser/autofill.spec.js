// A password manager fills every empty input of every page, those that nobody sees among them, before each press: each form
// of a patient gets through, with one press more at most. Run with script and without.
import { READING, SHEET } from './support/site.js';
import { expect, mailTo, openOffer, someone, test } from './support/test.js';

const heading = (page) => page.getByRole('heading', { level: 1 });

/** Fills what is empty, as extensions do: by the hint for browsers, by the type, or with anything. */
function fillEverything({ name, email, phone }) {
  const known = { name, email, tel: phone };
  for (const field of document.querySelectorAll('main input')) {
    if (field.value || /radio|checkbox|submit|search/.test(field.type)) continue;
    field.value = known[field.autocomplete] ?? known[field.type] ?? (/mail/.test(field.name) ? email : 'https://ada.example.org');
    for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}

/** Presses a button after the extension was at work; once more when the page asks for it. Gives how often it asked. */
async function press(page, person, button) {
  for (let asked = 0; ; asked += 1) {
    expect(asked, `${page.url()} asks for one more press at most`).toBeLessThan(2);
    await page.evaluate(fillEverything, person);
    await button().click();
    const problem = page.locator('.problems');
    if (!(await problem.count())) return asked;
    await expect(problem).toContainText('whether you or a program filled in this form');
    await expect(page).toHaveTitle(/^Error: /);
  }
}

const send = (page) => () => page.getByRole('main').getByRole('button', { name: 'Confirm and send' });

/** Reads the check page, which holds what was typed, and sends. */
async function confirm(page, person, ...kept) {
  for (const words of kept) await expect(page.locator('dl.answers')).toContainText(words);
  await page.waitForTimeout(READING);
  await press(page, person, send(page));
}

async function isTakenIn(page, site, person) {
  await expect(heading(page)).toHaveText('We have your request');
  const reference = await page.locator('.done .ref').innerText();
  const mail = await mailTo(site, person.email);
  expect(mail.subject).toContain(reference);
}

test('a consultation is asked for from a sheet', async ({ page, site }) => {
  const person = someone();
  await page.goto(SHEET);
  const form = await openOffer(page, 'Book a consultation');
  await page.evaluate(fillEverything, person);
  await form.getByRole('radio', { name: 'Phone', exact: true }).check();
  await form.getByLabel(/main concern/).fill(person.concern);
  await press(page, person, () => form.getByRole('button', { name: 'Request a consultation' }));
  await confirm(page, person, person.name, person.phone, person.concern);
  await isTakenIn(page, site, person);
});

test('a consultation is asked for on its own page, by video', async ({ page, site }) => {
  const person = someone();
  await page.goto('/consultations/new');
  await page.getByRole('radio', { name: 'Video call' }).check();
  await page.getByLabel('Full name').fill(person.name);
  await page.getByLabel('Email address').fill(person.email);
  await press(page, person, () => page.getByRole('button', { name: 'Request a consultation' }));
  await confirm(page, person, person.email, 'Video call');
  await isTakenIn(page, site, person);
});

test('a report is asked for from a sheet', async ({ page, site }) => {
  const person = someone();
  await page.goto(`${SHEET}#by-email`);
  const form = page.getByRole('region', { name: 'Get this report by email', exact: true });
  await press(page, person, () => form.getByRole('button', { name: 'Send me the report' }));
  await confirm(page, person, person.name, person.email);
  await expect(heading(page)).toHaveText(/^Your report (is on its way|has been sent)$/);
  await mailTo(site, person.email);
});

test('the questions are answered, and the summary goes along with a sheet when the person says so', async ({ page, site }) => {
  const person = someone();
  await page.goto('/assessment');
  await page.getByRole('link', { name: 'Start', exact: true }).click();
  const next = () => page.getByRole('main').getByRole('button', { name: 'Continue' });
  for (let safety = 0; safety < 2; safety += 1) {
    await page.getByLabel('No, none of these').check();
    await press(page, person, next);
  }
  for (let questions = 0; !page.url().endsWith('/assessment/check'); questions += 1) {
    expect(questions).toBeLessThan(20);
    const before = page.url();
    const choices = page.getByRole('main').locator('input[type=radio], input[type=checkbox]');
    if (page.url().endsWith('/in-the-way')) await page.getByRole('radio', { name: '7', exact: true }).check();
    else if (await choices.count()) await choices.first().check();
    await press(page, person, next);
    await page.waitForURL((url) => url.href !== before);
  }
  await page.goto('/assessment/summary');
  await expect(heading(page)).toHaveText('Your summary');

  await page.goto(SHEET);
  const form = await openOffer(page, 'Get this report by email');
  await press(page, person, () => form.getByRole('button', { name: 'Send me the report' }));
  const question = page.getByRole('group', { name: 'Would you like a link to your summary in the email?' });
  await expect(question.getByRole('radio', { checked: true })).toHaveCount(0);
  await page.waitForTimeout(READING);
  await send(page)().click();
  await expect(page.locator('.problems').getByRole('link')).toHaveText('Select whether you would like a link to your summary');
  await question.getByRole('radio', { name: 'Yes' }).check();
  await press(page, person, send(page));
  await expect(heading(page)).toHaveText(/^Your report (is on its way|has been sent)$/);
  const mail = await mailTo(site, person.email);
  expect(mail.text).toContain('Sleep and back pain');
  expect(mail.text).toMatch(/http:\S+\/summaries\/\w+/);
});

test('a mistake is reported', async ({ page }) => {
  const person = someone();
  await page.goto(`/corrections/new?about=${SHEET.split('/').at(-1)}`);
  await page.getByLabel('What is wrong?').fill('The third reference is dead.');
  await page.waitForTimeout(READING);
  await press(page, person, () => page.getByRole('main').getByRole('button', { name: 'Send' }));
  await expect(page.locator('.done .ref')).toHaveText(/^MP-/);
});

test('a complaint is made', async ({ page }) => {
  const person = someone();
  await page.goto('/complaints');
  await page.getByLabel(/What happened/).fill('My details were read out.');
  await press(page, person, () => page.getByRole('button', { name: 'Check your complaint' }));
  await confirm(page, person, 'My details were read out.', person.email);
  await expect(page.locator('.done .ref')).toHaveText(/^DP-/);
});
