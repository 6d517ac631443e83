import { chromium } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { collectStates, show } from './support/states.js';
const out = '/tmp/w4shots'; mkdirSync(out, { recursive: true });
const { states, stop } = await collectStates();
const want = /message|saved repl|several|merged|nothing ticked|ticked and|queue, full|cannot be merged/;
const chosen = states.filter((s) => want.test(s.name));
console.log(chosen.map((s) => `${s.page}: ${s.name} ${s.status}`).join('\n'));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const [width, scheme] of [[390, 'light'], [1280, 'light'], [390, 'dark'], [1280, 'dark']]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  for (const state of chosen) {
    const page = await context.newPage();
    await show(page, state);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) console.log('WIDE', state.name, width, wide);
    await page.screenshot({ path: `${out}/${state.name.replace(/\W+/g, '-')}-${width}-${scheme}.png`, fullPage: true });
    await page.close();
  }
  await context.close();
}
await browser.close();
await stop();
