// A person puts their back pain into words: by keyboard alone, on a phone, on two devices, and by email. Run with script
// and without.
import { execFileSync } from 'node:child_process';

import { Keyboard } from './support/keyboard.js';
import { faultsOfLayout, smallPrint, smallTargets } from './support/inspect.js';
import { show } from './support/states.js';
import { expect, mailTo, readCheckPage, signIn, someone, test } from './support/test.js';

const PHONE = { width: 390, height: 844 };
const WORDS = 'Playing the xylophone with my grandson';

const heading = (page) => page.getByRole('heading', { level: 1 });
const next = (page) => page.getByRole('main').getByRole('button', { name: 'Continue' }).click();

async function begin(page) {
  await page.goto('/assessment');
  await page.getByRole('link', { name: 'Start', exact: true }).click();
  await page.getByRole('checkbox', { name: 'No, none of these' }).check();
  await next(page);
  await expect(page.locator('.kicker')).toHaveText('Safety question 2 of 2');
  await page.getByRole('radio', { name: 'No, none of these' }).check();
  await next(page);
  await expect(page.locator('.kicker')).toHaveText(/^Question 1 of/);
}

/** Answers every question: the first choices, the number 7, or the words. `at` is called at each. Ends on the check page. */
async function answerAll(page, at = async () => {}) {
  for (let questions = 0; !page.url().endsWith('/assessment/check'); questions += 1) {
    expect(questions).toBeLessThan(20);
    const before = page.url();
    await at();
    const choices = page.getByRole('main').locator('input[type=radio], input[type=checkbox]');
    if (page.url().endsWith('/in-the-way')) await page.getByRole('radio', { name: '7', exact: true }).check();
    else if (await choices.count()) await choices.first().check();
    else await page.getByRole('main').locator('textarea').fill(WORDS);
    await next(page);
    // Until it has loaded, Chromium may not go back from it.
    await page.waitForURL((url) => url.href !== before);
  }
}

test('a person answers on a phone, goes back, changes and reads a summary of just what they said', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await begin(page);
  await answerAll(page, async () => {
    expect.soft(await page.evaluate(faultsOfLayout, { figures: true }), page.url()).toEqual([]);
    expect.soft(await page.evaluate(smallTargets), page.url()).toEqual([]);
  });
  await page.goBack();
  await expect(page.getByRole('main').locator('textarea')).toHaveValue(WORDS);
  await page.getByRole('link', { name: 'Back', exact: true }).click();
  await expect(page.getByRole('main').locator('input').first()).toBeChecked();
  await page.goto('/assessment/check');
  await page.getByRole('link', { name: 'Change where it hurts' }).click();
  await expect(page.getByLabel('Lower back')).toBeChecked();
  await page.getByLabel('Lower back').uncheck();
  await page.getByLabel('Neck or head').check();
  await next(page);
  await expect(heading(page)).toHaveText('Check your answers');
  await page.getByRole('link', { name: 'See your summary' }).click();

  await expect(heading(page)).toHaveText('Your summary');
  await expect(page.locator('.told')).toContainText('Neck or head');
  await expect(page.locator('.told')).not.toContainText('Lower back');
  await expect(page.locator('.told')).toContainText(WORDS);
  const reason = page.locator('.reasons li').filter({ has: page.getByRole('link', { name: 'Neck pain and headaches' }) });
  await expect(reason).toContainText('Because you said that your neck or head hurts.');
  expect(await page.evaluate(faultsOfLayout, { figures: true })).toEqual([]);
});

test('the whole of it is done with the keyboard alone, and the focus is seen', async ({ page, javaScriptEnabled }) => {
  const keyboard = new Keyboard(page);
  const main = page.getByRole('main');
  await page.goto('/assessment');
  await keyboard.enter(page.getByRole('link', { name: 'Start', exact: true }));
  await keyboard.enter(main.getByRole('button', { name: 'Continue' }));
  await expect(page).toHaveTitle(/^Error: /);
  if (javaScriptEnabled ?? true) await expect(page.locator('.problems')).toBeFocused();
  await keyboard.enter(page.locator('.problems').getByRole('link'));
  await expect(main.getByRole('checkbox').first()).toBeFocused();
  await keyboard.to(main.getByRole('checkbox', { name: 'No, none of these' }));
  await keyboard.press('Space');
  await keyboard.press('Enter');
  await expect(page.locator('.kicker')).toHaveText('Safety question 2 of 2');
  await keyboard.to(main.getByRole('radio', { name: 'Yes, one or more' }));
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(page.locator('.kicker')).toHaveText(/^Question 1 of/);
  for (let questions = 0; !page.url().endsWith('/assessment/check'); questions += 1) {
    expect(questions).toBeLessThan(15);
    const before = page.url();
    const field = main.locator('input:not([type=hidden]), textarea').first();
    await keyboard.to(field);
    if (await main.locator('textarea').count()) {
      await keyboard.type(WORDS);
      await keyboard.to(main.getByRole('button', { name: 'Continue' }));
    } else await keyboard.press('Space');
    await keyboard.press('Enter');
    await page.waitForURL((url) => url.href !== before);
  }
  await keyboard.enter(page.getByRole('link', { name: 'Change what matters most to me' }));
  await keyboard.to(main.getByRole('checkbox', { name: 'My mood, or stress' }));
  await keyboard.press('Space');
  await keyboard.enter(main.getByRole('button', { name: 'Continue' }));
  await expect(page.locator('dl.answers')).toContainText('My mood, or stress');
  await keyboard.enter(page.getByRole('link', { name: 'See your summary' }));
  await expect(page.locator('.told')).toContainText('My mood, or stress');
  await keyboard.enter(page.getByRole('link', { name: 'Erase my answers' }));
  await keyboard.enter(page.getByRole('button', { name: 'Erase my answers' }));
  await expect(heading(page)).toHaveText('Your answers have been erased');
  await page.goto('/assessment/summary');
  await expect(heading(page)).toHaveText('We do not have your answers');
});

test('one yes to a safety question says what to do at once, and nothing is kept', async ({ page, context }) => {
  await page.goto('/assessment/safety');
  await page.getByRole('checkbox', { name: 'you have chest pain' }).check();
  await next(page);
  await expect(heading(page)).toHaveText('Call 999 or go to A&E now');
  await expect(page.locator('.notice li')).toHaveText('you have chest pain');
  await page.goto('/assessment/safety');
  await page.getByRole('checkbox', { name: 'No, none of these' }).check();
  await next(page);
  await page.getByRole('radio', { name: 'Yes, one or more' }).check();
  await next(page);
  await expect(page).toHaveURL(/\/assessment\/safety\/[^/]+\/today$/);
  await expect(page.getByRole('button', { name: 'I have already been checked for this' })).toBeVisible();
  expect(await context.cookies()).toEqual([]);
});

test('what is begun on one device is finished on another by a code', async ({ page, browser, baseURL, javaScriptEnabled }) => {
  await begin(page);
  await page.getByLabel('Nothing in particular').check();
  await next(page);
  await page.getByLabel('Many places at once').check();
  await next(page);
  await page.getByRole('link', { name: 'Finish on another device' }).click();
  await page.getByRole('button', { name: 'Get a code' }).click();
  const code = await page.locator('.ref').innerText();

  const other = await browser.newContext({ baseURL, javaScriptEnabled: javaScriptEnabled ?? true, viewport: PHONE });
  const laptop = await other.newPage();
  await laptop.goto('/assessment');
  await laptop.getByRole('link', { name: /code from another device/ }).click();
  await laptop.getByLabel('Your code').fill(code.toLowerCase().replaceAll('-', ' '));
  await laptop.getByRole('main').getByRole('button', { name: 'Continue' }).click();
  await expect(laptop.getByText('Your other answers are kept')).toBeVisible();
  await laptop.goto('/assessment/questions/where');
  await expect(laptop.getByLabel('Many places at once')).toBeChecked();
  await laptop.goto('/assessment/questions/how-long');
  await answerAll(laptop);
  await other.close();

  await page.goto('/assessment/summary');
  await expect(page.locator('.told'), 'the first device has it too').toContainText(WORDS);
});

test('the mail brings whole pages and one private link, whose page can be read and erased', async ({ page, site, browser, baseURL }) => {
  const person = someone();
  await begin(page);
  await answerAll(page);
  await page.goto('/assessment/summary');
  await page.getByRole('link', { name: 'Get these pages by email' }).click();
  const pages = page.getByRole('group', { name: 'Which pages would you like?' });
  await pages.getByRole('checkbox').nth(0).check();
  await pages.getByRole('checkbox').nth(1).check();
  const titles = [await pages.locator('label').nth(0).innerText(), await pages.locator('label').nth(1).innerText()];
  await page.getByLabel('Add a private link to my summary').check();
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByRole('button', { name: 'Send me the report' }).click();
  await expect(page.locator('dl.answers')).toContainText('A private link to your summary');
  await readCheckPage(page);
  await page.getByRole('button', { name: 'Confirm and send' }).click();
  await expect(heading(page)).toHaveText(/^Your report (is on its way|has been sent)$/);

  const mail = await mailTo(site, person.email);
  for (const words of [mail.raw, mail.subject, mail.text, mail.html]) {
    for (const answer of [WORDS, 'xylophone', 'Because you said']) expect(words).not.toContain(answer);
  }
  for (const title of titles) {
    expect(mail.text).toContain(title);
    expect(mail.html).toContain(title.replaceAll('&', '&amp;'));
  }
  const links = new Set(mail.text.match(/http:\S+\/summaries\/\w+/g));
  expect(links.size).toBe(1);
  const [link] = links;

  const elsewhere = await browser.newContext({ baseURL });
  const reader = await elsewhere.newPage();
  await reader.goto(link);
  await expect(reader.locator('.told')).toContainText(WORDS);
  await reader.getByRole('link', { name: 'Erase this page' }).click();
  await reader.getByRole('button', { name: 'Erase this page' }).click();
  await expect(heading(reader)).toHaveText('This summary has been erased');
  expect((await reader.goto(link)).status()).toBe(404);
  await elsewhere.close();
});

test('the clinic sees the summary beside the request only when the person ticked it', async ({ page, site }) => {
  const person = someone();
  await begin(page);
  await answerAll(page);
  await page.goto('/assessment/summary');
  await page.getByRole('link', { name: 'Ask the clinic to contact you' }).click();
  const share = page.getByLabel('Yes, share my summary with the clinic');
  await expect(share).not.toBeChecked();
  await share.check();
  await page.getByLabel('Full name').fill(person.name);
  await page.getByLabel('Phone number').fill(person.phone);
  await page.getByRole('radio', { name: 'Phone', exact: true }).check();
  await page.getByRole('button', { name: 'Request a consultation' }).click();
  await expect(page.locator('dl.answers')).toContainText('Shared with the clinic');
  await readCheckPage(page);
  await page.getByRole('button', { name: 'Confirm and send' }).click();
  const reference = await page.locator('.done .ref').innerText();
  await signIn(page, site);
  await page.goto(`/staff/consultations/${reference}`);
  await expect(page.getByRole('region', { name: 'Summary they shared' })).toContainText(WORDS);
});

// In letters of 12pt. The signs take more than a side, and whoever gives every answer there is has two of them.
const SIDES = { 'summary of everything': 4, 'summary of hardly anything': 3, 'private summary': 4 };

test('a summary prints in large letters on few sides of A4, answers first and the safety box after them', async ({ page, states }, testInfo) => {
  for (const [name, most] of Object.entries(SIDES)) {
    await show(page, states.find((state) => state.name === name));
    const file = testInfo.outputPath(`${name}.pdf`);
    await page.pdf({ path: file, format: 'A4', preferCSSPageSize: true });
    const sides = execFileSync('pdftotext', [file, '-'], { encoding: 'utf8' }).split('\f').slice(0, -1);
    expect.soft(sides.length, `${name}: sides`).toBeLessThanOrEqual(most);
    await page.emulateMedia({ media: 'print' });
    expect.soft(await page.evaluate(smallPrint), `${name}: small print`).toEqual([]);
    await page.emulateMedia({ media: null });
    const all = sides.join(' ').replace(/\s+/g, ' ');
    for (const words of ['What you told us', 'Questions to ask a professional', 'My notes', 'Date of birth', 'Call 999 or go to A&E now if', 'mybackpain.co.uk/assessment']) {
      expect.soft(all, name).toContain(words);
    }
    for (const words of ['Erase', 'by email', 'Ask the clinic', 'another device']) expect.soft(all, name).not.toContain(words);
    expect.soft(sides[0].indexOf('What you told us'), `${name}: on side one`).toBeGreaterThan(-1);
    expect.soft(all.indexOf('What you told us'), name).toBeLessThan(all.indexOf('Call 999 or go to A&E now if'));
  }
});
