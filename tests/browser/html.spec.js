// What every page must have in its HTML, as it was served.
import { HtmlValidate, StaticConfigLoader } from 'html-validate';

import config from './.htmlvalidate.json' with { type: 'json' };
import { expect, test } from './support/test.js';
import { plain } from './support/visitor.js';

const SITE = 'My Back Pain';

const titleOf = ({ html }) => plain(html.match(/<title>(.*?)<\/title>/s)[1]);
const headingsOf = ({ html }) => [...html.matchAll(/<h1[^>]*>(.*?)<\/h1>/gs)].map(([, words]) => plain(words.replace(/<[^>]+>/g, '')).trim());
const hasErrors = ({ html }) => html.includes('There is a problem');

/** The opening tags of one kind, as lists of their attributes. */
function tags(html, kind) {
  return [...html.matchAll(new RegExp(`<${kind}\\b([^>]*)>`, 'g'))].map(([, inside]) =>
    Object.fromEntries([...inside.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name, plain(value ?? '')])),
  );
}

test('the HTML of every page is valid', async ({ states }) => {
  const checker = new HtmlValidate(new StaticConfigLoader(config));
  for (const { name, html } of states) {
    const { results } = await checker.validateString(html);
    const faults = results.flatMap(({ messages }) => messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`));
    expect.soft(faults, name).toEqual([]);
  }
});

test('every title belongs to one page only', ({ states }) => {
  const pages = {};
  for (const state of states) {
    // The same request in another state has the same title: its reference.
    if (state.page === 'request') continue;
    const title = titleOf(state).replace(/^Error: /, '');
    (pages[title] ??= new Set()).add(state.page);
  }
  const shared = Object.entries(pages).filter(([, of]) => of.size > 1).map(([title, of]) => `${title}: ${[...of].join(', ')}`);
  expect(shared).toEqual([]);
});

test('every page has one h1 of up to 65 characters, and its title begins with it', ({ states }) => {
  for (const state of states) {
    const headings = headingsOf(state);
    expect.soft(headings, state.name).toHaveLength(1);
    // A name is as long as it is.
    if (state.page !== 'request') expect.soft(headings[0].length, `${state.name}: ${headings[0]}`).toBeLessThanOrEqual(65);
    // A browser keeps titles in its history: a request's is its reference, and its h1 who asks.
    if (state.page === 'request') expect.soft(titleOf(state).replace(/^Error: /, ''), state.name).toMatch(new RegExp(`^BP-[0-9A-Z]{4}-[0-9A-Z]{4} – ${SITE}$`));
    else if (state.name === '/') expect.soft(titleOf(state), state.name).toContain(SITE);
    // A search's title begins with what was looked for, so that a tab can be told from the next.
    else if (state.page === 'search') expect.soft(titleOf(state), state.name).toMatch(new RegExp(`(– |^)${headings[0]} – ${SITE}$`));
    else expect.soft(titleOf(state).replace(/^Error: /, ''), state.name).toBe(`${headings[0]} – ${SITE}`);
  }
});

test('a title begins with "Error: " when the page has a problem to mend, and only then', ({ states }) => {
  for (const state of states) expect.soft(titleOf(state).startsWith('Error: '), state.name).toBe(hasErrors(state));
});

test('every complaint above a form leads to a field, and every complained field says so', ({ states }) => {
  const complaining = states.filter(hasErrors).filter(({ html }) => /data-problems.*?<li>/s.test(html));
  expect(complaining.length).toBeGreaterThan(8);
  for (const { name, html } of complaining) {
    const box = html.match(/<div class="problems".*?<\/div>\s*<\/div>/s)[0];
    const controls = [...tags(html, 'input'), ...tags(html, 'textarea'), ...tags(html, 'select')].filter(({ type }) => type !== 'hidden');
    for (const [, id, words] of box.matchAll(/<a href="#([^"]+)">(.*?)<\/a>/g)) {
      const control = controls.find((control) => control.id === id);
      expect.soft(control, `${name}: #${id}`).toBeDefined();
      expect.soft(html, `${name}: ${words} beside the field`).toContain(`<span class="hush">Error: </span>${words}</p>`);
      if (control && !/radio|checkbox/.test(control.type)) expect.soft(control['aria-invalid'], `${name}: #${id}`).toBe('true');
    }
  }
});

test('every field for a name, an address or a phone number says what a browser may fill in', ({ states }) => {
  let seen = 0;
  for (const { name, html, group } of states) {
    // On the desk a field may be about someone else, whom the browser does not know.
    const others = ['desk', 'people'].includes(group) ? '|off' : '';
    for (const { name: field, type, id, autocomplete } of tags(html, 'input')) {
      if (type === 'hidden' || !['name', 'email', 'phone', 'password'].includes(field)) continue;
      seen += 1;
      expect.soft(autocomplete, `${name}: #${id}`).toMatch(new RegExp(`^(name|email|tel|username|current-password|new-password${others})$`));
    }
  }
  expect(seen).toBeGreaterThan(50);
});

test('a form with errors keeps its way back', ({ states }) => {
  const back = ({ html }) => html.match(/<nav class="back[^>]*>(.*?)<\/nav>/s)?.[1];
  for (const page of ['request form', 'report form', 'contact change', 'check page', 'report check page']) {
    const all = states.filter((state) => state.page === page);
    expect(all.length).toBeGreaterThan(1);
    for (const state of all) expect.soft(back(state), state.name).toMatch(/>Back</);
  }
});

test('what can be changed is named', ({ states }) => {
  for (const { name, html } of states.filter(({ page }) => /check page$/.test(page))) {
    const names = [...html.matchAll(/>Change<span class="hush"> (.*?)<\/span>/g)].map(([, words]) => words);
    expect.soft(names.length, name).toBeGreaterThan(1);
    expect.soft(new Set(names).size, name).toBe(names.length);
  }
});

test('help stands in the same order on every page', ({ states }) => {
  const help = ({ html }, part) => {
    const around = html.match(new RegExp(`<${part}\\b.*?</${part}>`, 's'))[0];
    return [...around.matchAll(/<a\b[^>]*href="([^"]+)"/g)].map(([, href]) => href);
  };
  const first = states.find(({ name }) => name === '/');
  for (const state of states) {
    // The page for the night has nothing around it.
    if (state.name === '/night') continue;
    expect.soft(help(state, 'footer'), state.name).toEqual(help(first, 'footer'));
    if (!state.html.includes('aria-label="Desk"')) expect.soft(help(state, 'header'), state.name).toEqual(help(first, 'header'));
  }
});

test('no page of one person may be kept, listed, or say whose it is in its address', ({ states }) => {
  // The request form before anyone wrote in it is nobody's, and search engines may list it.
  const ofNobody = ['request form', 'request form of a sheet', 'request form from a summary'];
  for (const state of states.filter(({ group, name }) => ['asking', 'following up', 'reports', 'assessment', 'desk'].includes(group) && !ofNobody.includes(name))) {
    expect.soft(state.headers['cache-control'], state.name).toBe('no-store');
    expect.soft(state.headers['x-robots-tag'], state.name).toBe('noindex');
    expect.soft(state.url, state.name).not.toMatch(/lovelace|example\.org/i);
  }
  for (const state of states.filter(({ group }) => ['sheets', 'reading'].includes(group))) {
    expect.soft(state.headers['set-cookie'], state.name).toBeUndefined();
  }
});
