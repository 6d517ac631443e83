// A day of the clinic: the first morning after closed days, with a receptionist, a clinician and four patients.
import { setTimeout as wait } from 'node:timers/promises';

import { closedFrom, copyContent, inTheMorning, openOn, withHours } from './support/content.js';
import { deliveryReport } from './support/post.js';
import { ADMINISTRATOR, DESK, DESK_ACCOUNT, READING, RECEPTIONIST, SHEET, startSite } from './support/site.js';
import { asks, expect, fillConsultation, mailTo, prove, signIn, someone, test as base, watch } from './support/test.js';

const OLIVE = someone({ name: 'Olive Marsh', concern: 'Since yesterday I am numb between my legs, and I cannot wee.' });
const PETER = someone({ name: 'Peter Lunn', phone: '020 7946 0101' });
const NADIA = someone({ name: 'Nadia Rees', phone: '020 7946 0102' });
const TOM = someone({ name: 'Tom Ashby', phone: '020 7946 0103' });
const WEEKEND = 'We are closed for the weekend.';
const PAGE = 'fact-sheets/sleep-and-back-pain.md';
const NEW_WORDS = 'A dark room and a fixed hour to get up.';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const test = base.extend({
  /** A clinic that is closed until its closures are taken away, with pages of its own. */
  clinic: [
    async ({}, use) => {
      const [content, place] = [await copyContent(), inTheMorning()];
      let as = '';
      await content.change('clinic.toml', (text) => {
        as = text.replace(/hours_before = .*/, 'hours_before = [1]');
        return withHours(as, place.zone, closedFrom(place.date(-2), place.date(0), WEEKEND));
      });
      const site = await startSite({ content: content.folder });
      const opens = async () => {
        // Today and tomorrow may be bank holidays.
        await content.change('clinic.toml', () => withHours(as, place.zone, openOn(place.date(0)) + openOn(place.date(1))));
        await site.restart();
      };
      await use({ site, content, place, opens });
      await site.stop();
      await content.remove();
    },
    { timeout: 90_000 },
  ],

  baseURL: async ({ clinic }, use) => use(clinic.site.origin),

  /** Signs someone in with a browser of their own. */
  arrives: async ({ browser, clinic, faults }, use) => {
    const contexts = [];
    await use(async (account) => {
      const context = await browser.newContext({ baseURL: clinic.site.origin });
      contexts.push(context);
      watch(context, faults);
      const page = await context.newPage();
      await signIn(page, clinic.site, account);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

/** The queue from top to bottom: its headings and the names below them. */
async function queue(page) {
  await page.goto('/staff');
  return page.locator('.queue-section:not(.none):has(tr) > h2, .queue-section tr[data-row] .who > a').evaluateAll((seen) =>
    seen.map((one) => (one.localName === 'h2' ? one.firstChild : one).textContent.trim()),
  );
}

/** A page as it is now: a browser that has it may show it for a minute more. */
async function reads(page, words) {
  await page.goto(SHEET);
  await page.reload();
  await expect(page.locator('main .facts').first()).toContainText(words);
}

/** "10.05am", as the clinic says 10:05. */
function spoken(clock) {
  const [hour, minute] = clock.split(':').map(Number);
  return minute ? `${hour}.${String(minute).padStart(2, '0')}am` : `${hour}am`;
}

/** Opens the first request of a person from the queue. */
async function open(page, name) {
  await page.goto('/staff');
  await page.getByRole('link', { name, exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

/** Fills in the form of a booking, with the clinician that everyone here is booked with. */
async function fillBooking(page, { date, time, room }) {
  await page.getByRole('link', { name: 'Book a consultation' }).click();
  await page.getByLabel('Date').fill(date);
  await page.getByLabel('At the clinic').check();
  await page.getByLabel('Clinician', { exact: true }).selectOption(DESK_ACCOUNT.name);
  await page.getByLabel('Room or line').fill(room);
  await page.getByLabel('Time', { exact: true }).fill(time);
}

const book = (page) => page.getByRole('button', { name: 'Book and tell the patient' }).click();

test('a day of the clinic, from the requests of a weekend to nobody left to ring', async ({ page, clinic, arrives }) => {
  test.setTimeout(240_000);
  const { site, content, place, opens } = clinic;
  const main = (of) => of.getByRole('main');
  const inHand = ['In hand', OLIVE.name, NADIA.name, PETER.name];
  const later = [PETER.name, NADIA.name, TOM.name];

  await test.step('while the clinic is closed four people ask, one of them twice', async () => {
    const byEmail = (person) => asks(site, person, { email: person.email, concern: person.concern });
    const ask = [() => byEmail(PETER), () => byEmail(NADIA), () => asks(site, TOM), () => byEmail(TOM)];
    // One begins after the other: the queue is in the order in which they asked.
    const asked = Promise.all(ask.map((one, turn) => wait(turn * 1_200).then(one)));
    await page.goto(SHEET);
    await fillConsultation(page, OLIVE);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Read this before you send');
    await page.waitForTimeout(READING);
    await page.getByRole('button', { name: 'None of these fits me: send' }).click();
    await expect(main(page)).toContainText('We have your request as well');
    await expect(main(page)).toContainText(WEEKEND);
    await asked;
    expect((await mailTo(site, PETER.email)).text).toContain(WEEKEND);
  });

  await opens();
  const [rosa, sam, asha] = await Promise.all([RECEPTIONIST, DESK_ACCOUNT, ADMINISTRATOR].map(arrives));
  let soon;

  await test.step('in the morning the urgent sign stands above everyone else, and the two of one person together', async () => {
    expect(await queue(rosa)).toEqual(['Signs that need help', OLIVE.name, 'Later', ...later, TOM.name]);
    await open(rosa, OLIVE.name);
    await expect(rosa.locator('.head')).toContainText('Emergency words');
    await expect(main(rosa), 'reception reads no health words').not.toContainText('numb between my legs');
    await open(sam, OLIVE.name);
    await expect(main(sam)).toContainText('numb between my legs');
  });

  await test.step('the clinician rings her, notes that they spoke, and books her for 2pm', async () => {
    await sam.getByRole('button', { name: /^Spoke/ }).click();
    await expect(main(sam)).toContainText('Sam Porter rang: spoke');
    await fillBooking(sam, { date: place.date(0), time: '14:00', room: 'Room 1' });
    await book(sam);
    await expect(main(sam)).toContainText('Booked for 2pm');
    expect((await mailTo(site, OLIVE.email, 2)).text).toContain('When: 2pm');
    expect(await queue(rosa)).toEqual(['Later', ...later, TOM.name, 'In hand', OLIVE.name]);
  });

  await test.step('the receptionist books a patient for an hour from now', async () => {
    await open(rosa, NADIA.name);
    await fillBooking(rosa, { date: place.date(0), time: '', room: 'Room 2' });
    // A reminder goes to who was booked before it was due: on a minute that is not reached yet.
    soon = Math.ceil((Date.now() + 5_000) / MINUTE) * MINUTE;
    await rosa.getByLabel('Time', { exact: true }).fill(place.clock(soon + HOUR));
    await book(rosa);
    await expect(main(rosa)).toContainText(`Booked for ${spoken(place.clock(soon + HOUR))}`);
    expect((await mailTo(site, NADIA.email, 2)).text).toContain('Your consultation is booked.');
  });

  await test.step('from the list of who to ring a patient is rung in vain, and then reached', async () => {
    const row = rosa.locator('tr[data-row]').filter({ hasText: PETER.name });
    await rosa.goto('/staff/calls');
    await row.getByRole('button', { name: /^No answer/ }).click();
    await expect(row).toHaveCount(0);
    await open(rosa, PETER.name);
    await expect(main(rosa)).toContainText('Ring again from');
    await rosa.getByRole('button', { name: /^Spoke/ }).click();
    await expect(main(rosa)).toContainText('Rosa Lind rang: spoke');
  });

  await test.step('a booking that clashes is warned of, and made with a reason', async () => {
    await fillBooking(rosa, { date: place.date(0), time: '14:15', room: 'Room 1' });
    await book(rosa);
    await expect(rosa.locator('.problems')).toContainText('is booked from 2pm to 2.30pm with Sam Porter in Room 1.');
    await rosa.getByRole('button', { name: 'Book it all the same and tell the patient' }).click();
    await expect(rosa.locator('.problems')).toContainText('all the same');
    await rosa.getByLabel('Why is it to be booked all the same?').fill('They travel together');
    await rosa.getByRole('button', { name: 'Book it all the same and tell the patient' }).click();
    await expect(rosa.getByRole('region', { name: 'History' })).toContainText('They travel together');
    await rosa.goto('/staff/diary');
    const appointment = rosa.locator('.diary-table .appointment').filter({ hasText: PETER.name });
    await expect(appointment).toContainText('Clashes with');
  });

  await test.step('a patient who cannot come says so from the mail, and stands at the top of the queue', async () => {
    const mail = await mailTo(site, PETER.email, 2);
    await page.goto(mail.text.match(/http:\S+\/another-time/)[0]);
    await prove(page, PETER.phone);
    await page.getByLabel('When would suit you?').fill('Any day after 3pm');
    await page.getByRole('button', { name: 'I cannot make this time' }).click();
    await expect(main(page)).toContainText('We will get in touch with you to find another.');
    expect((await mailTo(site, PETER.email, 3)).text).toContain('You told us that you cannot make it.');
    expect(site.post.of(DESK).at(-1).text).toContain('cannot make the time that was booked');
    expect(await queue(rosa)).toEqual(['Cannot make their time', PETER.name, 'Later', TOM.name, TOM.name, 'In hand', OLIVE.name, NADIA.name]);
    await open(rosa, PETER.name);
    await expect(main(rosa)).toContainText('What would suit: “Any day after 3pm”');
    await rosa.goto('/staff/diary');
    await expect(main(rosa), 'his time is free').not.toContainText(PETER.name);
    await expect(main(rosa)).not.toContainText('Clashes with');
  });

  await test.step('he is given another time', async () => {
    await open(rosa, PETER.name);
    await fillBooking(rosa, { date: place.date(1), time: '15:30', room: 'Room 1' });
    await book(rosa);
    await expect(main(rosa)).toContainText('Booked for 3.30pm');
    expect((await mailTo(site, PETER.email, 4)).text).toContain('When: 3.30pm');
  });

  await test.step('an administrator keeps a reply, and the receptionist sends it to a patient', async () => {
    await asha.goto('/staff/replies');
    await asha.getByLabel('Name', { exact: true }).fill('We tried to ring');
    await asha.getByLabel('The reply').fill('We tried to ring you. You will hear from us by {promise}, or ring {phone}.');
    await asha.getByRole('button', { name: 'Keep it' }).click();
    await expect(main(asha)).toContainText('We tried to ring you.');
    await rosa.goto('/staff');
    await rosa.getByRole('link', { name: TOM.name }).nth(1).click();
    await rosa.getByRole('link', { name: 'Write to them' }).click();
    await rosa.getByLabel('Saved reply').selectOption('We tried to ring');
    await rosa.getByRole('button', { name: 'Put it into the message' }).click();
    await rosa.getByRole('button', { name: 'Look at it before it is sent' }).click();
    await expect(main(rosa)).toContainText('Nothing has been sent yet.');
    await rosa.getByRole('button', { name: 'Send it' }).click();
    await expect(rosa.getByRole('region', { name: 'What we wrote to them' })).toContainText('or ring 020 7946 0123.');
    const mail = await mailTo(site, TOM.email, 2);
    expect(mail.text).toContain('We tried to ring you. You will hear from us by 5pm on');
    expect(mail.text).toContain('Your answer goes to our own mailbox');
  });

  await test.step('that mail comes back: the desk says so, the patient is rung, and the mail is left', async () => {
    expect(await site.bounce(deliveryReport(await mailTo(site, TOM.email, 2), 'no such person here'))).toContain('a task on the desk');
    await rosa.goto('/staff');
    await expect(rosa.locator('.alarms')).toContainText('1 mail was not delivered');
    await rosa.goto('/staff/mail');
    const task = rosa.locator('.tasks > li').filter({ hasText: TOM.email });
    await expect(task).toContainText('Nobody has this address');
    await task.getByRole('link', { name: /^Message to the patient/ }).click();
    await expect(main(rosa)).toContainText('no such person here');
    await rosa.getByLabel('Why you leave it').fill('Reached by phone');
    await rosa.getByRole('button', { name: 'Leave it' }).click();
    await expect(rosa.locator('.alarms')).toHaveCount(0);
    await rosa.goto('/staff/mail');
    await expect(main(rosa)).toContainText('Every mail was delivered, or is on its way.');
  });

  await test.step('two requests of one person are merged, and are two again when they are separated', async () => {
    await open(rosa, TOM.name);
    await rosa.getByRole('button', { name: /^Merge it into this one/ }).click();
    await expect(rosa.getByRole('heading', { name: /^Also asked, in BP-/ })).toBeVisible();
    expect(await queue(rosa)).toEqual(['Later', TOM.name, ...inHand]);
    await open(rosa, TOM.name);
    await rosa.getByRole('button', { name: /^Separate BP-/ }).click();
    await expect(rosa.getByRole('region', { name: 'History' })).toContainText(/Rosa Lind separated BP-/);
    expect(await queue(rosa)).toEqual(['Later', TOM.name, TOM.name, ...inHand]);
  });

  await test.step('several are closed at once by mistake, and all of it is undone', async () => {
    for (const tick of await rosa.getByRole('checkbox', { name: `Choose ${TOM.name}` }).all()) await tick.check();
    await rosa.getByLabel('Close them because').selectOption('We could not reach them');
    await rosa.getByRole('button', { name: 'Close them' }).click();
    await expect(rosa.getByRole('heading', { level: 1 })).toHaveText('Done to 2 requests');
    expect(await queue(rosa)).toEqual(inHand);
    await rosa.goBack();
    await rosa.getByRole('button', { name: 'Undo all of it' }).click();
    await expect(rosa.getByRole('heading', { level: 1 })).toHaveText('Undone for 2 requests');
    expect(await queue(rosa)).toEqual(['Later', TOM.name, TOM.name, ...inHand]);
  });

  await test.step('the clinician signs a page, and patients read who did', async () => {
    await sam.goto('/staff/pages');
    await sam.getByRole('link', { name: 'Sign-off of Sleep and back pain' }).click();
    await sam.getByLabel('Role').fill('Consultant physiotherapist');
    await sam.getByLabel('Registration number').fill('HCPC PH123456');
    await sam.getByRole('button', { name: 'Sign the page' }).click();
    await expect(sam.getByRole('region', { name: 'Signatures' })).toContainText('Sam Porter, Consultant physiotherapist');
    await reads(page, /Reviewed .+ by Sam Porter, consultant physiotherapist/);
  });

  await test.step('the last patient is rung about both requests, which are closed together', async () => {
    await open(rosa, TOM.name);
    await rosa.getByRole('button', { name: /^Merge it into this one/ }).click();
    await rosa.getByRole('button', { name: /^Spoke/ }).click();
    await rosa.locator('summary', { hasText: 'Close it' }).click();
    await rosa.getByLabel('Dealt with', { exact: true }).check();
    await rosa.getByRole('button', { name: 'Close', exact: true }).click();
    await expect(rosa.locator('.head')).toContainText('Closed');
  });

  await test.step('its words change: patients and the desk are told that it was changed since, and what', async () => {
    await content.change(PAGE, (text) => text.replace('## Key points\n', `## Key points\n\n- ${NEW_WORDS}\n`));
    await page.waitForTimeout(Math.max(0, soon - Date.now()));
    await site.restart();
    await reads(page, /changed since its review on/);
    await expect(main(page)).toContainText(NEW_WORDS);
    await sam.reload();
    await expect(main(sam)).toContainText('The page has changed since it was signed.');
    await expect(sam.getByRole('region', { name: 'What changed since it was signed' }).locator('ins')).toContainText(NEW_WORDS);
    await sam.goto('/staff/pages');
    await expect(sam.getByRole('row').filter({ hasText: 'Sleep and back pain' })).toContainText('changed since review');
  });

  await test.step('an hour before a booking its patient is reminded, and nobody else is', async () => {
    const mail = await mailTo(site, NADIA.email, 3);
    expect(mail.subject).toContain('Your consultation is soon');
    expect(mail.text).toContain('Your consultation is soon.');
    expect(mail.text).toContain(`When: ${spoken(place.clock(soon + HOUR))}`);
    for (const [person, mails] of [[OLIVE, 2], [PETER, 4], [TOM, 2]]) expect(site.post.of(person.email)).toHaveLength(mails);
  });

  await test.step('at the end of the day nobody is left to ring, and Insights counts it', async () => {
    expect(await queue(rosa)).toEqual(inHand);
    await rosa.goto('/staff/calls');
    await expect(main(rosa)).toContainText('There is nobody to ring in this hour.');
    await sam.goto('/staff/insights');
    // Two requests of one person that were merged are one.
    await expect(main(sam)).toContainText('We kept 4 of 4 promises');
    await expect(main(sam)).toContainText('people sent 4 requests');
  });
});
