// Each sheet stands alone on paper, in letters that old eyes can read, with the emergency signs on its first side.
import { execFileSync } from 'node:child_process';

import { smallPrint } from './support/inspect.js';
import { expect, isBooked, signIn, someone, test } from './support/test.js';

/** The short address that paper shows. */
const DOMAIN = 'mybackpain.co.uk';
const HALVES = 2;
/** What the signs end with. */
const LAST_SIGN = 'If any of the signs that need 999 starts, call 999 or go to A&E.';
/** What an ordinary sheet takes in letters of 12pt, with the signs before it and its sources after it. */
const SIDES = 4;
/** Pages that hold everything there is to say about one thing: no word is cut for a side, so each has a bound of its own. */
const MORE_SIDES = {
  '/fact-sheets/back-pain-or-something-else': 5,
  '/fact-sheets/cbt-for-insomnia': 5,
  '/fact-sheets/exercises-step-by-step': 8,
  '/fact-sheets/medicines-for-back-pain': 5,
  '/fact-sheets/pain-and-sleep-diary': 5,
  '/fact-sheets/pain-relief-you-can-buy': 5,
  '/fact-sheets/persistent-low-back-pain': 5,
  '/fact-sheets/sciatica': 5,
  '/fact-sheets/sleep-and-back-pain': 7,
  '/fact-sheets/surgery-and-injections': 5,
  '/fact-sheets/when-back-pain-is-an-emergency': 5,
  '/guides/sleep-and-pain': 10,
};
/** A side of A4 in points, and the middle between its two columns of text. */
const [WIDTH, HEIGHT] = [595, 842];
const MIDDLE = Math.round(WIDTH / 2);

/** Prints a page; gives the words of each side. */
async function sides(page, path, testInfo) {
  await page.goto(path);
  const file = testInfo.outputPath('page.pdf');
  await page.pdf({ path: file, format: 'A4', preferCSSPageSize: true });
  const size = execFileSync('pdfinfo', [file], { encoding: 'utf8' }).match(/Page size:\s+([\d.]+) x ([\d.]+)/);
  expect(size.slice(1).map((points) => Math.round((points / 72) * 25.4)), 'millimetres of A4').toEqual([210, 297]);
  const text = execFileSync('pdftotext', [file, '-'], { encoding: 'utf8' });
  return text.split('\f').slice(0, -1).map((side) => side.replace(/\s+/g, ' '));
}

async function paths(site, kind) {
  const sitemap = await (await fetch(`${site.origin}/sitemap.xml`)).text();
  return [...sitemap.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => new URL(url).pathname).filter((path) => path.startsWith(kind));
}

async function checkPaper(page, path, testInfo, most) {
  const printed = await sides(page, path, testInfo);
  const whole = printed.join(' ');
  expect.soft(printed.length, `${path}: sides`).toBeLessThanOrEqual(most);

  const heading = await page.locator('h1').textContent();
  // A picture below a head is no line of text.
  const heads = await page.locator('main :is(h2, h3):not(:has(+ figure))').allTextContents();
  const parted = lowestLines(testInfo.outputPath('page.pdf')).filter((line) => heads.some((head) => head.trim() === line));
  expect.soft(parted, `${path}: heads at the end of a column`).toEqual([]);
  expect.soft(missing(printed[0], [LAST_SIGN]), `${path}: signs that are not on side one`).toEqual([]);
  const lastReference = await page.locator('.refs > li').last().evaluate((item) => item.firstChild.textContent.trim().slice(0, 20));
  const onSideOne = [heading, 'Call 999 or go to A&E now if:', 'numb, tingly or different in or around your genitals'];
  const facts = await page.locator('.record dt:not(.no-print)').evaluateAll((terms) =>
    Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling.textContent.trim()])),
  );
  for (const fact of ['Version', 'Written', 'Next review']) expect.soft(facts[fact], `${path}: ${fact}`).toMatch(/\d/);
  const anywhere = [...Object.entries(facts).flat(), `${DOMAIN}${path}`, 'References', lastReference];
  const nowhere = ['Skip to main content', 'Book a consultation', 'Full name', 'Was this page useful?', 'Ask the clinic', 'Cookies'];
  expect.soft(missing(printed[0], onSideOne), `${path}: missing on side one`).toEqual([]);
  expect.soft(missing(whole, anywhere), `${path}: missing on paper`).toEqual([]);
  expect.soft(nowhere.filter((words) => whole.includes(words)), `${path}: for screens only`).toEqual([]);

  await page.emulateMedia({ media: 'print' });
  const forScreens = await page.locator('form, nav, button, .skip').evaluateAll((parts) =>
    parts.filter((part) => part.checkVisibility()).map((part) => part.outerHTML.slice(0, 60)),
  );
  expect.soft(forScreens, `${path}: forms and navigation`).toEqual([]);
  expect.soft(await page.evaluate(smallPrint), `${path}: small print`).toEqual([]);
  await page.emulateMedia({ media: null });
}

/** As the words lie on the paper: the lowest line of each column on each side. */
function lowestLines(file) {
  return [0, MIDDLE].flatMap((left) => {
    const column = ['-layout', '-x', left, '-y', 0, '-W', MIDDLE, '-H', HEIGHT].map(String);
    const laid = execFileSync('pdftotext', [...column, file, '-'], { encoding: 'utf8' }).split('\f');
    return laid.map((side) => side.trim().split('\n').at(-1).trim());
  });
}

/** The words that a text does not hold, wherever its lines break: a hyphen at the end of a line is lost on the way. */
function missing(text, wanted) {
  const tight = text.replace(/[ -]/g, '');
  return wanted.filter((words) => !tight.includes(words.replace(/[\s-]/g, '')));
}

// In parts, so that they run beside each other.
for (let half = 0; half < HALVES; half += 1) {
  test(`fact sheets print in large letters on few sides with the emergency signs first (part ${half + 1})`, async ({ page, site }, testInfo) => {
    const all = await paths(site, '/fact-sheets/');
    expect(all.length).toBeGreaterThan(4);
    for (const path of all.filter((_, index) => index % HALVES === half)) await checkPaper(page, path, testInfo, MORE_SIDES[path] ?? SIDES);
  });
}

test('guides print whole, with the emergency signs on side one', async ({ page, site }, testInfo) => {
  for (const path of await paths(site, '/guides/')) await checkPaper(page, path, testInfo, MORE_SIDES[path]);
});

test('pictures that were not scrolled to are there when someone prints, by the button or by the menu', async ({ page }) => {
  const missing = () => page.evaluate(() => [...document.images].filter((picture) => !picture.complete || !picture.naturalWidth).length);
  const open = async () => {
    await page.goto('/fact-sheets/exercises-step-by-step', { waitUntil: 'load' });
    expect(await missing(), 'pictures further down wait to be scrolled to').toBeGreaterThan(3);
  };
  // A line so slow that a button which does not wait prints before the pictures come.
  await page.route('**/*.svg', async (route) => {
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  });

  await open();
  await page.evaluate(() => {
    window.print = () => { window.printedWithout = [...document.images].filter((picture) => !picture.complete || !picture.naturalWidth).length; };
  });
  await page.getByRole('button', { name: 'Print' }).first().click();
  await expect.poll(() => page.evaluate(() => window.printedWithout), 'the button waits for the pictures').toBe(0);

  await open();
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await expect.poll(missing, 'the menu of the browser fetches them').toBe(0);
});

test('the emergency page prints with its hand-over slip', async ({ page }, testInfo) => {
  const printed = await sides(page, '/emergency', testInfo);
  // The signs in letters of 12pt, what else helps, and the slip whole on a side of its own.
  expect(printed.length).toBeLessThanOrEqual(3);
  expect(missing(printed[0], ['Call 999 or go to A&E now if:', 'you have chest pain'])).toEqual([]);
  expect(missing(printed.join(' '), ['My name and date of birth', 'My medicines, allergies'])).toEqual([]);
});

test('the diary prints on A4 on its side, as a table without the ways around it', async ({ page, site }, testInfo) => {
  const person = someone();
  const { day } = await isBooked(site, person);
  await signIn(page, site);
  for (const view of ['day', 'week']) {
    await page.goto(`/staff/diary?day=${day}&view=${view}`);
    const file = testInfo.outputPath(`${view}.pdf`);
    await page.pdf({ path: file, preferCSSPageSize: true });
    const size = execFileSync('pdfinfo', [file], { encoding: 'utf8' }).match(/Page size:\s+([\d.]+) x ([\d.]+)/);
    expect(size.slice(1).map((points) => Math.round((points / 72) * 25.4))).toEqual([297, 210]);
    const text = execFileSync('pdftotext', [file, '-'], { encoding: 'utf8' });
    expect(missing(text, ['Diary', person.name, 'Line 1', 'Time'])).toEqual([]);
    expect(['Go to a date', 'Next', 'Sign out', 'Keys', 'Print the diary'].filter((words) => text.includes(words))).toEqual([]);
    expect(text.match(new RegExp(person.name, 'g')) ?? [text], 'once').toHaveLength(1);
  }
});
