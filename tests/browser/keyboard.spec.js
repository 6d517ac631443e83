// Each journey is done with the keyboard alone, and the focus seen at every stop. Run with script and without.
import { keepCodes, nextCode, setUp } from './support/signing_in.js';
import { DESK_ACCOUNT, SHEET } from './support/site.js';
import { Keyboard } from './support/keyboard.js';
import { asks, expect, isBooked, mailTo, readCheckPage, signIn, someone, test } from './support/test.js';

const heading = (page) => page.getByRole('heading', { level: 1 });

test('a patient reads, asks, mends, changes and withdraws with the keyboard alone', async ({ page, javaScriptEnabled }) => {
  const keyboard = new Keyboard(page);
  const person = someone();
  await page.goto(SHEET);
  await keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to main content' });
  await expect(skip).toBeFocused();
  await keyboard.isSeen();
  await keyboard.press('Enter');
  await expect(page).toHaveURL(/#main$/);

  const form = page.getByRole('region', { name: 'Book a consultation', exact: true });
  if (javaScriptEnabled ?? true) await keyboard.enter(form.locator('summary'));
  await keyboard.to(form.getByLabel('Full name'));
  await keyboard.type(person.name);
  await keyboard.to(form.getByRole('radio', { name: 'Phone', exact: true }));
  await keyboard.press('ArrowDown');
  await expect(form.getByRole('radio', { name: 'Video call' })).toBeChecked();
  await keyboard.press('ArrowUp');
  await expect(form.getByRole('radio', { name: 'Phone', exact: true })).toBeChecked();
  await keyboard.to(form.getByLabel('Any time'));
  await keyboard.press('Space');
  await expect(form.getByLabel('Any time')).toBeChecked();
  await keyboard.to(form.getByLabel('Weekday mornings'), { backwards: true });
  await keyboard.to(form.getByLabel('Email address'));
  await keyboard.type(person.email);
  await keyboard.to(form.getByLabel(/main concern/));
  await keyboard.type('Stiff');
  await keyboard.enter(form.getByRole('button', { name: 'Request a consultation' }));

  // The phone number is missing: the list of problems leads to it.
  await expect(page).toHaveTitle(/^Error: /);
  if (javaScriptEnabled ?? true) await expect(page.locator('.problems')).toBeFocused();
  await keyboard.enter(page.locator('.problems').getByRole('link', { name: 'Enter your phone number' }));
  await expect(page.getByLabel('Phone number')).toBeFocused();
  await keyboard.isSeen();
  await keyboard.type(person.phone);
  await keyboard.press('Enter');

  await expect(heading(page)).toHaveText('Check your answers before you send them');
  await keyboard.enter(page.getByRole('button', { name: 'Change main concern' }));
  await expect(page.getByLabel(/main concern/)).toBeFocused();
  await keyboard.press('ControlOrMeta+End');
  await keyboard.type(' in the morning');
  await keyboard.enter(page.getByRole('button', { name: 'Check your answers again' }));
  await expect(page.locator('dl.answers')).toContainText('Stiff in the morning');
  await readCheckPage(page);
  await keyboard.enter(page.getByRole('button', { name: 'Confirm and send' }));

  await expect(heading(page)).toHaveText('We have your request');
  await keyboard.enter(page.getByRole('link', { name: /see your request/ }));
  await expect(heading(page)).toHaveText('Your request');
  await keyboard.to(page.getByLabel('Last 4 digits of your phone number'));
  await keyboard.type(person.phone.slice(-4));
  await keyboard.enter(page.getByRole('button', { name: 'Continue' }));
  await keyboard.enter(page.getByRole('link', { name: 'Change how we reach you' }));
  await keyboard.fill(page.getByLabel('Phone number'), '0161 496 0777');
  await keyboard.enter(page.getByRole('button', { name: 'Save' }));
  await expect(page.getByRole('main')).toContainText('0161 496 0777');
  await keyboard.enter(page.getByRole('link', { name: 'Withdraw your request' }));
  await expect(heading(page)).toHaveText('Do you want to withdraw your request?');
  await keyboard.enter(page.getByRole('button', { name: 'Withdraw and erase' }));
  await expect(page.locator('.lede')).toContainText('has been erased');
});

test('a report is asked for, and a likely slip answered, with the keyboard alone', async ({ page, site }) => {
  const keyboard = new Keyboard(page);
  const person = someone();
  const meant = person.email.replace('example.org', 'outlook.com');
  await page.goto(`${SHEET}#offers`);
  const form = page.getByRole('region', { name: 'Get this report by email', exact: true });
  await keyboard.to(form.getByLabel('Name'));
  await keyboard.type(person.name);
  await keyboard.to(form.getByLabel('Email address'));
  await keyboard.type(meant.replace('outlook', 'outlok'));
  await keyboard.press('Enter');
  await expect(page.locator('.problems')).toContainText(new RegExp(`did you mean ${meant}\\?`, 'i'));
  await keyboard.to(page.getByLabel(meant, { exact: true }));
  await keyboard.press('Space');
  await keyboard.enter(page.getByRole('button', { name: 'Send me the report' }));
  await expect(heading(page)).toHaveText('Check your email address');
  await readCheckPage(page);
  await keyboard.enter(page.getByRole('button', { name: 'Confirm and send' }));
  await expect(heading(page)).toHaveText(/^Your report (is on its way|has been sent)$/);
  await mailTo(site, meant);
});

test('the clinic signs in, finds a request, closes it and signs out with the keyboard alone', async ({ page, site }) => {
  const keyboard = new Keyboard(page);
  const person = someone();
  await site.addStaff();
  await asks(site, person);

  await page.goto('/staff');
  await keyboard.fill(page.getByLabel('Email address'), DESK_ACCOUNT.email);
  await keyboard.fill(page.getByLabel('Password'), DESK_ACCOUNT.password);
  await keyboard.press('Enter');
  await expect(heading(page)).toHaveText(/second step|code from your app/);
  const first = page.url().endsWith('/set-up');
  const shown = first ? setUp(site.origin, DESK_ACCOUNT.email, await page.locator('[data-key]').innerText()) : nextCode(site.origin, DESK_ACCOUNT.email);
  await keyboard.fill(page.getByLabel('6-digit code'), shown);
  await keyboard.press('Enter');
  if (first) {
    await expect(page.locator('[data-code]').first()).toBeVisible();
    keepCodes(site.origin, DESK_ACCOUNT.email, await page.locator('[data-code]').allInnerTexts());
    await keyboard.enter(page.getByRole('link', { name: 'I have kept them' }));
  }
  await expect(heading(page)).toHaveText('Requests');
  await keyboard.enter(page.getByRole('link', { name: person.name }));
  await expect(heading(page)).toHaveText(person.name);
  await keyboard.enter(page.getByRole('button', { name: 'Mark as contacted' }));
  await expect(page.locator('.head .tag', { hasText: 'Contacted' })).toBeVisible();
  await keyboard.enter(page.locator('summary', { hasText: 'Close it' }));
  await keyboard.to(page.getByLabel('Dealt with', { exact: true }));
  await keyboard.press('Space');
  await keyboard.enter(page.getByRole('button', { name: 'Close', exact: true }));
  await expect(page.locator('.head .tag', { hasText: 'Closed' })).toBeVisible();
  await keyboard.enter(page.getByRole('button', { name: 'Sign out' }), { backwards: true });
  await expect(heading(page)).toHaveText('Sign in to the desk');
});

test('a patient stops reminders and asks for another time with the keyboard alone', async ({ page, site }) => {
  const keyboard = new Keyboard(page);
  const person = someone();
  const booked = await isBooked(site, person);
  await page.goto(booked.page);
  await keyboard.to(page.getByLabel('Last 4 digits of your phone number'));
  await keyboard.type(person.phone.slice(-4));
  await keyboard.press('Enter');
  await keyboard.enter(page.getByRole('link', { name: 'Stop reminders' }));
  await keyboard.enter(page.getByRole('button', { name: 'Stop reminders' }));
  await expect(page.getByRole('main')).toContainText('You asked for no reminders');
  await keyboard.enter(page.getByRole('link', { name: 'I cannot make this time' }));
  await keyboard.to(page.getByLabel('When would suit you?'));
  await keyboard.type('Any afternoon but Friday');
  await keyboard.enter(page.locator('main form button'));
  await expect(page.locator('.lede')).toContainText('You told us that you cannot make the time');
});

test('the diary is gone through, and a booking opened from it, with the keyboard alone', async ({ page, site, javaScriptEnabled }) => {
  const keyboard = new Keyboard(page);
  const person = someone();
  const booked = await isBooked(site, person);
  await signIn(page, site);
  await keyboard.enter(page.getByRole('link', { name: 'Diary' }));
  await expect(heading(page)).toHaveText('Diary');
  const today = await page.locator('.lede').innerText();
  await keyboard.enter(page.getByRole('link', { name: 'Next day' }));
  await expect(page.locator('.lede')).not.toHaveText(today);
  await keyboard.enter(page.getByRole('link', { name: 'Week' }));
  await expect(page.locator('.lede')).toContainText(' to ');
  await keyboard.enter(page.getByRole('link', { name: 'By room or line' }));
  await expect(page).toHaveURL(/view=week&by=room/);
  await page.goto(`/staff/diary?day=${booked.day}`);
  if (javaScriptEnabled ?? true) {
    await keyboard.press('r');
    await expect(page.locator('.diary thead')).toContainText('Line 1');
    await keyboard.press('c');
    await expect(page.locator('.diary thead')).toContainText('No clinician named');
  }
  await keyboard.enter(page.locator('.diary').getByRole('link', { name: person.name }));
  await expect(heading(page)).toHaveText(person.name);
});

test('the clinic takes several requests at once, undoes it and writes to a patient with the keyboard alone', async ({ page, site }) => {
  const keyboard = new Keyboard(page);
  const person = someone();
  await asks(site, person, { email: person.email });
  await signIn(page, site);
  await page.goto('/staff');
  await keyboard.to(page.getByLabel(new RegExp(`Choose ${person.name}`)));
  await keyboard.press('Space');
  await keyboard.enter(page.getByRole('button', { name: 'Take them' }));
  await expect(heading(page)).toHaveText('Done to 1 request');
  await keyboard.enter(page.getByRole('button', { name: 'Undo all of it' }));
  await expect(heading(page)).toHaveText('Undone for 1 request');
  await keyboard.enter(page.getByRole('link', { name: person.name }));
  await keyboard.enter(page.getByRole('link', { name: /^Write to them/ }));
  await expect(heading(page)).toHaveText('Write to the patient');
  await keyboard.to(page.getByLabel('Your message'));
  await keyboard.type('Please ring us.');
  await keyboard.enter(page.getByRole('button', { name: 'Look at it before it is sent' }));
  await expect(heading(page)).toHaveText('Check your message');
  await keyboard.enter(page.getByRole('button', { name: 'Send it' }));
  await expect(page.getByRole('region', { name: 'What we wrote to them' })).toContainText('Please ring us.');
});
