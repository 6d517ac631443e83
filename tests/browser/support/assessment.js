// Every page of the self-assessment in every state it can be in.
import { setTimeout as wait } from 'node:timers/promises';

import { READING } from './site.js';
import { Visitor, hidden, plain } from './visitor.js';

const LONG = `${'w'.repeat(280)} and a tail`;
const QUESTIONS = '/assessment/questions';
const checkboxes = (html) => [...html.matchAll(/type="(?:checkbox|radio)" id="[^"]+" name="answer" value="([^"]+)"/g)].map(([, value]) => value);

/** The first choice for each thing that a question asks about by itself; nothing for other questions. */
const forEach = (html) => {
  const names = [...html.matchAll(/name="(answer-[a-z-]+)" value="helped"/g)].map(([, name]) => [name, 'helped']);
  return names.length ? Object.fromEntries(names) : undefined;
};

/** Says no to both safety questions: gives the first question. */
async function begin(visitor) {
  const second = await visitor.post('/assessment/safety', { answer: 'no' });
  return visitor.post(new URL(second.url).pathname, { answer: 'no' });
}

/** Answers every question; `choose` picks among the choices of each. Gives the check page. */
export async function answerAll(visitor, choose, words) {
  let page = await begin(visitor);
  while (!page.url.endsWith('/assessment/check')) {
    const choices = checkboxes(page.html);
    const answer = page.url.endsWith('/in-the-way') ? ['7'] : choices.length ? choose(choices, page.html) : [words];
    page = await visitor.post(new URL(page.url).pathname, forEach(page.html) ?? { answer });
    if (page.status !== 200) throw new Error(`${page.url} answered ${page.status}`);
  }
  return page;
}

/** Everything but "none of these", which comes last and stands alone. */
export function everything(choices, html) {
  if (html.includes('type="radio"')) return choices.slice(-1);
  if (html.includes('Choose up to 3')) return choices.slice(0, 3);
  return html.includes('value="nothing"') ? choices.slice(0, -1) : choices;
}

export async function collectAssessment(site, guarded, keep) {
  const state = (page, name, status, answer) => keep('assessment', page, name, status, answer);
  const visitor = new Visitor(site.origin);
  state('safety 1', 'first safety question', 200, await visitor.get('/assessment/safety'));
  state('safety 1', 'first safety question sent empty', 422, await visitor.post('/assessment/safety', {}));
  state('safety now', 'what to do about a sign that needs 999', 200, await visitor.post('/assessment/safety', { answer: '8' }));
  const second = state('safety 2', 'second safety question', 200, await visitor.post('/assessment/safety', { answer: 'no' }));
  const path = new URL(second.url).pathname;
  state('safety 2', 'second safety question sent empty', 422, await visitor.post(path, {}));
  state('safety today', 'what to do about a sign of today', 200, await visitor.post(path, { answer: 'yes' }));
  state('lost', 'answers that are not there', 410, await visitor.get('/assessment/check'));
  state('lost', 'answers that are not there, with words', 410, await visitor.post(`${QUESTIONS}/own-words`, { answer: LONG }));

  const first = state('question matters', 'question of up to three answers', 200, await begin(visitor));
  state('question where', 'question of several answers', 200, await visitor.get(`${QUESTIONS}/where`));
  state('question where', 'question of several answers sent empty', 422, await visitor.post(`${QUESTIONS}/where`, {}));
  state('question matters', 'question that was skipped', 200, await visitor.get('/assessment/summary'));
  for (const id of ['how-long', 'pattern', 'medicines', 'in-the-way', 'sleep', 'own-words']) {
    state(`question ${id}`, `question ${id}`, 200, await visitor.get(`${QUESTIONS}/${id}`));
  }
  state('question in-the-way', 'question with a number out of range', 422, await visitor.post(`${QUESTIONS}/in-the-way`, { answer: 'eleven' }));
  state('question sleep', 'question with answers that exclude each other', 422, await visitor.post(`${QUESTIONS}/sleep`, { answer: ['wake', 'nothing'] }));
  state('question own-words', 'question with too many words', 422, await visitor.post(`${QUESTIONS}/own-words`, { answer: 'w'.repeat(301) }));
  if (!first.html.includes('Question 1 of')) throw new Error('The first question does not say where it stands');

  state('assessment check page', 'assessment check page with long words', 200, await answerAllAgain(visitor));
  state('question where', 'question to change', 200, await visitor.get(`${QUESTIONS}/where?change=yes`));
  state('earlier', 'answers from earlier', 200, await begin(visitor));
  const summary = state('summary', 'summary of everything', 200, await visitor.get('/assessment/summary'));
  state('code', 'code to be made', 200, await visitor.get('/assessment/code'));
  state('code made', 'code', 200, await visitor.post('/assessment/code', {}));
  state('erasure', 'erasure question', 200, await visitor.get('/assessment/erasure'));
  state('resume', 'code to be entered', 200, await visitor.get('/assessment/resume'));
  state('resume', 'code that is none', 422, await visitor.post('/assessment/resume', { code: 'x'.repeat(40) }));
  state('resume', 'code that opens nothing', 422, await visitor.post('/assessment/resume', { code: '3333-4444' }));

  // To the clinic and by email.
  state('request form', 'request form from a summary', 200, await visitor.get('/consultations/new?summary=yes'));
  state('report from a summary', 'report form from a summary', 200, await visitor.get('/reports/new?summary=yes'));
  state('report from a summary', 'report form from a summary sent empty', 422, await visitor.post('/reports/new', { summary: 'yes' }));
  const slugs = [...summary.html.matchAll(/<li><a href="\/(?:fact-sheets|guides)\/([^"]+)"/g)].map(([, slug]) => slug);
  const asked = { summary: 'yes', link: 'yes', about: slugs.slice(0, 5), name: 'Grace', email: 'grace@example.org' };
  const checked = state('report check page', 'report check page with a link', 200, await visitor.post('/reports/new', asked));
  const sheet = { about: 'sciatica', name: 'Grace', email: 'grace@example.org' };
  const asking = state('report check page', 'report check page that asks about the summary', 200, await visitor.post('/reports/new', sheet));
  await wait(READING);
  state('report check page', 'report check page with no answer about the summary', 422, await visitor.post('/reports/new', { ...hidden(asking.html), step: 'send' }));
  state('report confirmation', 'report confirmation of several pages', 200, await visitor.post('/reports/new', { ...hidden(checked.html), step: 'send' }));
  const link = await privateLink(site);
  state('private summary', 'private summary', 200, await visitor.get(link));
  state('private summary erasure', 'private summary, erasure question', 200, await visitor.get(`${link}/withdrawal`));
  state('private summary erased', 'private summary, erased', 200, await visitor.post(`${link}/withdrawal`, {}));

  const brief = new Visitor(site.origin);
  await answerAll(brief, (choices) => choices.slice(-1), '');
  state('summary', 'summary of hardly anything', 200, await brief.get('/assessment/summary'));
  state('erased', 'answers erased', 200, await brief.post('/assessment/erasure', {}));

  const guesser = new Visitor(guarded.origin);
  const guesses = Array.from({ length: 14 }, () => guesser.post('/assessment/resume', { code: '3333-4444' }));
  state('resume', 'code after too many', 429, (await Promise.all(guesses)).find(({ status }) => status === 429));
}

/** Goes through the questions again, with every answer and long words. */
async function answerAllAgain(visitor) {
  let page = await visitor.get(`${QUESTIONS}/matters`);
  while (!page.url.endsWith('/assessment/check')) {
    const choices = checkboxes(page.html);
    const answer = page.url.endsWith('/in-the-way') ? ['7'] : choices.length ? everything(choices, page.html) : [LONG];
    page = await visitor.post(new URL(page.url).pathname, forEach(page.html) ?? { answer });
  }
  return page;
}

async function privateLink(site) {
  const patience = Date.now() + 15_000;
  for (;;) {
    const link = site.post.of('grace@example.org').at(-1)?.text.match(/\/summaries\/\w+/)?.[0];
    if (link) return plain(link);
    if (Date.now() > patience) throw new Error('The private link did not come');
    await wait(50);
  }
}
