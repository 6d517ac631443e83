// Whatever people type is shown as the words they typed, everywhere, and does nothing.
import { ADMINISTRATOR, READING, SHEET } from './support/site.js';
import { expect, mailTo, openOffer, readCheckPage, signIn, someone, test } from './support/test.js';

const SCRIPT = '<script>alert(1)</script>';
const IMAGE = '"><img src=x onerror=alert(1)>';
const TEMPLATE = "{{7*7}} ${7*7} ' OR 1=1; --";

async function fillIn(page, { name, email, phone, concern, needs }) {
  await page.goto(`/consultations/new?about=${encodeURIComponent(IMAGE)}`);
  await page.getByLabel('Full name').fill(name);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Phone number').fill(phone);
  await page.getByRole('radio', { name: 'Email', exact: true }).check();
  await page.getByLabel(/main concern/).fill(concern);
  await page.getByLabel(/make it easier/).fill(needs);
  await page.getByRole('button', { name: 'Request a consultation' }).click();
}

/** Nothing of what was typed became a part of the page. */
async function isOnlyText(page) {
  const planted = await page.evaluate(() => document.querySelectorAll('img, iframe, object, body script, [onerror], [onload], b').length);
  expect.soft(planted, page.url()).toBe(0);
}

const PEOPLE = {
  'a script': { name: `Bobby ${SCRIPT}`, concern: `${SCRIPT} ${IMAGE}`, needs: IMAGE },
  'a broken-out attribute': { name: IMAGE, concern: `'"><b>${TEMPLATE}</textarea><script>alert(2)</script>`, needs: `"' autofocus onfocus=alert(1) x="` },
  'a template': { name: TEMPLATE, concern: `${TEMPLATE}\n&lt;b&gt; &amp; <!-- -->`, needs: TEMPLATE },
  'emoji and other scripts': { name: '👩🏽‍⚕️ Zoë Ñandú 李小龍 محمد', concern: '😀 back 🏳️‍🌈 боль в спине כאב גב', needs: '🦻' },
  'a name of 100 characters': { name: `${'Long'.repeat(24)}er it`.slice(0, 100), concern: `x${'y'.repeat(498)}z`, needs: 'n'.repeat(200) },
};

for (const [what, typed] of Object.entries(PEOPLE)) {
  test(`${what} is shown as it was typed on every page`, async ({ page, site }) => {
    const person = someone(typed);
    await fillIn(page, person);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your answers before you send them');
    const shows = async (place, ...words) => {
      const text = (await place.evaluate((part) => part.textContent)).replace(/\s+/g, ' ');
      for (const one of words) expect.soft(text.includes(one.replace(/\s+/g, ' ')), `${page.url()} shows ${one}`).toBe(true);
      await isOnlyText(page);
    };
    await shows(page.locator('dl.answers'), person.name, person.concern, person.needs);

    await page.getByRole('button', { name: 'Change main concern' }).click();
    await expect(page.getByLabel('Full name')).toHaveValue(person.name);
    await expect(page.getByLabel(/main concern/)).toHaveValue(person.concern);
    await expect(page.getByLabel(/make it easier/)).toHaveValue(person.needs);
    await isOnlyText(page);
    await page.getByRole('button', { name: 'Check your answers again' }).click();

    await readCheckPage(page);
    await page.getByRole('button', { name: 'Confirm and send' }).click();
    const reference = await page.locator('.done .ref').innerText();
    await isOnlyText(page);
    const mail = await mailTo(site, person.email);
    expect(mail.html.replace(/<!DOCTYPE html>/i, '')).not.toMatch(/<(script|img|b)\b/i);
    expect(mail.text).toContain(reference);

    await page.goto(mail.text.match(/http:\S+\/consultations\/\S+/)[0]);
    await isOnlyText(page);
    await page.getByLabel('Last 4 digits of your phone number').fill(person.phone.slice(-4));
    await page.getByRole('button', { name: 'Continue' }).click();
    await shows(page.getByRole('main'), person.name);
    await page.getByRole('link', { name: 'Change how we reach you' }).click();
    await expect(page.getByLabel('Full name')).toHaveValue(person.name);
    await isOnlyText(page);

    await signIn(page, site);
    const row = page.getByRole('row').filter({ hasText: reference });
    await shows(row, person.name);
    await row.getByRole('link').first().click();
    await expect(page.locator('.kicker .ref')).toHaveText(reference);
    await shows(page.locator('h1'), person.name);
    await shows(page.getByRole('main'), person.concern, person.needs);
    for (const path of ['/staff/calls', '/staff/mail']) {
      await page.goto(`${site.origin}${path}`);
      await isOnlyText(page);
    }
    await page.goto(`${site.origin}/staff`);
    await page.getByLabel(/Search/).first().fill(person.phone);
    await page.getByRole('button', { name: 'Search' }).click();
    await shows(page.getByRole('main'), person.name);
  });
}

test('a mistake and a complaint are shown on the desk as they were typed', async ({ page, site }) => {
  const typed = `${SCRIPT} ${IMAGE} ${TEMPLATE}`;
  await page.goto(`/corrections/new?about=${SHEET.split('/').at(-1)}`);
  await page.getByLabel('What is wrong?').fill(typed);
  await page.getByLabel(/Full name/).fill(IMAGE);
  await page.waitForTimeout(READING);
  await page.getByRole('button', { name: 'Send' }).click();
  const mistake = await page.locator('.done .ref').innerText();
  await isOnlyText(page);
  await page.goto('/complaints');
  await page.getByLabel('Full name').fill(IMAGE);
  await page.getByLabel('Phone number').fill('020 7946 0991');
  await page.getByLabel(/What happened/).fill(typed);
  await page.getByRole('button', { name: 'Check your complaint' }).click();
  await isOnlyText(page);
  await readCheckPage(page);
  await page.getByRole('button', { name: 'Confirm and send' }).click();
  const complaint = await page.locator('.done .ref').innerText();

  await site.addAdministrator();
  await signIn(page, site, ADMINISTRATOR);
  for (const path of [`/staff/corrections/${mistake}`, `/staff/complaints/${complaint}`]) {
    await page.goto(`${site.origin}${path}`);
    await expect(page.getByRole('main')).toContainText(TEMPLATE);
    await expect(page.getByRole('main')).toContainText(SCRIPT);
    await isOnlyText(page);
  }
  for (const path of ['/staff/pages', '/staff/complaints', '/staff/audit']) {
    await page.goto(`${site.origin}${path}`);
    await isOnlyText(page);
  }
});

test('characters that turn or hide text are taken out, and the rest is kept', async ({ page }) => {
  const person = someone({ name: 'Ada \u202egnp.exe\u202c Love\u200blace', concern: 'a\u2066b\u2069 c\u0007d', needs: '\ufeffmore time' });
  await fillIn(page, person);
  const answers = await page.locator('dl.answers').evaluate((list) => list.textContent);
  expect(answers).toContain('Ada gnp.exe Lovelace');
  expect(answers).toContain('ab cd');
  expect(answers).not.toMatch(/[\u0007\u200b\u202a-\u202e\u2066-\u2069\ufeff]/);
});

test('what a form refuses is given back as text', async ({ page }) => {
  const person = someone({ name: '', phone: `${IMAGE}${SCRIPT}`, concern: `${SCRIPT}${'x'.repeat(500)}`, needs: `${IMAGE}${'y'.repeat(200)}` });
  await fillIn(page, { ...person, email: `${IMAGE}@example.org` });
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.getByLabel('Email address')).toHaveValue(`${IMAGE}@example.org`);
  await expect(page.getByLabel('Phone number')).toHaveValue(person.phone);
  await expect(page.getByLabel(/main concern/)).toHaveValue(person.concern);
  await expect(page.getByLabel(/make it easier/)).toHaveValue(person.needs);
  await isOnlyText(page);
});

test('hostile words in the report form, in an address and in the sign-in stay words', async ({ page }) => {
  await page.goto(SHEET);
  const form = await openOffer(page, 'Get this report by email');
  await form.getByLabel('Name').fill(IMAGE);
  await form.getByLabel('Email address').fill(someone().email);
  await form.getByRole('button', { name: 'Send me the report' }).click();
  await expect(page.locator('dl.answers')).toContainText(IMAGE);
  await isOnlyText(page);

  for (const path of [`/${encodeURIComponent(SCRIPT)}`, `/consultations/${encodeURIComponent(IMAGE)}`, `/reports/new?about=${encodeURIComponent(SCRIPT)}`]) {
    await page.goto(path);
    await isOnlyText(page);
  }

  await page.goto('/staff/sign-in');
  await page.getByLabel('Email address').fill(`${IMAGE}@x`);
  await page.getByLabel('Password').fill(SCRIPT);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Email address')).toHaveValue(`${IMAGE}@x`);
  await expect(page.getByLabel('Password')).toHaveValue('');
  await isOnlyText(page);
});
