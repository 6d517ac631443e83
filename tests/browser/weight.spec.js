// The words of a sheet fit into the first flight of a connection, its style and script follow soon, and nothing on it moves while it opens.
import { request } from 'node:http';

import { openSlowLine } from './support/slow_line.js';
import { expect, test as base } from './support/test.js';

const test = base.extend({
  line: async ({ site }, use) => {
    const line = await openSlowLine(site.origin);
    await use(line);
    await line.close();
  },
});

const FIRST_FLIGHT = 14 * 1024;
const FIRST_VISIT = 24 * 1024;
const PICTURE = 8 * 1024;
/** Pages that hold everything there is to say about one thing: no word is cut for a byte, so each has a bound of its own. */
const HEAVIER = { '/fact-sheets/sleep-and-back-pain': 16_000, '/guides/sleep-and-pain': 20_600 };
/** What goes with the words of a longer page: style, script and icon. */
const AROUND = 8_300;
const NIGHT = 20_000;

/** What came over the line for one address: bytes with headers, bytes of the body, and the body in plain if not compressed. */
function fetchRaw(url, encoding) {
  return new Promise((done, failed) => {
    const asking = request(url, { agent: false, headers: { 'accept-encoding': encoding } }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => {
        const body = Buffer.concat(pieces);
        done({ whole: answer.socket.bytesRead, body: body.length, text: body.toString('utf8'), status: answer.statusCode });
      });
    });
    asking.on('error', failed);
    asking.end();
  });
}

/** The bytes of a first visit: the page and all that it loads, compressed. */
async function visit(url) {
  const { text, status } = await fetchRaw(url, 'identity');
  const parts = [...text.matchAll(/<(?:link rel="(?:stylesheet|icon)"[^>]*href|script src|img[^>]*src)="([^"]+)"/g)].map(([, path]) => new URL(path, url).href);
  const loaded = await Promise.all([url, ...parts].map((part) => fetchRaw(part, 'br')));
  const sum = (what) => loaded.reduce((bytes, part) => bytes + part[what], 0);
  return { status, parts, body: sum('body'), whole: sum('whole'), bodies: loaded.map(({ body }) => body) };
}

async function addresses(site) {
  const sitemap = await (await fetch(`${site.origin}/sitemap.xml`)).text();
  return [...sitemap.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url);
}

test('every sheet is at most 14 kB but for two that are named, its first visit without pictures 24 kB, and each picture 8 kB', async ({ site }) => {
  const sheets = (await addresses(site)).filter((url) => /\/(fact-sheets|guides)\/./.test(url));
  expect(sheets.length).toBeGreaterThan(4);
  for (const url of sheets) {
    const { body, bodies, parts } = await visit(url);
    const isPicture = (part) => part.includes('/figures/');
    const kinds = new Set(parts.filter((part) => !isPicture(part)).map((part) => part.match(/\.\w+$/)[0]));
    expect([...kinds].sort(), 'style, icon and script are counted').toEqual(['.css', '.js', '.svg']);
    const [html, ...others] = bodies;
    const pictures = others.filter((_, index) => isPicture(parts[index]));
    const path = new URL(url).pathname;
    const most = HEAVIER[path] ?? FIRST_FLIGHT;
    const name = `${path} (page and parts: ${bodies.join(', ')})`;
    expect.soft(html, name).toBeLessThanOrEqual(most);
    const visited = body - pictures.reduce((sum, bytes) => sum + bytes, 0);
    expect.soft(visited, name).toBeLessThanOrEqual(Math.max(FIRST_VISIT, most + AROUND));
    expect.soft(Math.max(0, ...pictures), name).toBeLessThanOrEqual(PICTURE);
  }
});

test('the page for the night is under 20 kB in all, dark, and asks for nothing', async ({ page, site }) => {
  const { status, whole } = await visit(`${site.origin}/night`);
  test.skip(status === 404, 'there is no such page yet');
  expect(whole).toBeLessThan(NIGHT);
  await page.goto('/night');
  await expect(page.locator('form')).toHaveCount(0);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  expect(Math.max(...ground.slice(0, 3)), 'a dark ground in light settings too').toBeLessThan(64);
});

for (const [width, height] of [[390, 844], [1280, 900]]) {
  test(`nothing moves while a page comes in pieces over a slow line at ${width} by ${height}`, async ({ line, page, site }) => {
    await page.setViewportSize({ width, height });
    await page.addInitScript(() => {
      globalThis.shifts = [];
      // The browser may stop in the middle of a word. That the word grows is told without any place before and after.
      const hasMoved = ({ previousRect: before, currentRect: after }) => before.x !== after.x || before.y !== after.y;
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
          const moved = sources.filter(hasMoved);
          if (moved.length > 0) globalThis.shifts.push(`${value}: ${moved.map(({ node }) => node?.nodeName).join(', ')}`);
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    // Once, so that the style is there: from then on a page is painted as it comes.
    await page.goto(line.origin);
    for (const url of [...(await addresses(site)), `${site.origin}/consultations/new`]) {
      await page.goto('about:blank');
      await page.goto(url.replace(site.origin, line.origin));
      // Two frames after everything is there; then what the observer was told is in the list.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
      expect.soft(await page.evaluate(() => globalThis.shifts), url).toEqual([]);
    }
  });
}
