// Every page of the site in every state it can be in, collected once by asking the real site for it, and shown in a
// browser as it was served: same address, status, headers and HTML; styles and script come from the site.
import { setTimeout as wait } from 'node:timers/promises';

import { collectAssessment } from './assessment.js';
import { signInVisitor } from './signing_in.js';
import { ADMINISTRATOR, DESK_ACCOUNT, READING, startSite } from './site.js';
import { Visitor, hidden } from './visitor.js';

export const GROUPS = ['sheets', 'reading', 'asking', 'following up', 'reports', 'assessment', 'complaints', 'desk', 'people', 'refusals'];

const ABOUT = 'sleep-and-back-pain';
const FILLED = {
  about: ABOUT,
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  phone: '020 7946 0991',
  times: ['mornings', 'evenings'],
  method: 'phone',
  concern: 'My lower back aches after gardening, for 3 months.\nIt is worse in the morning.',
  voicemail: 'no',
  needs: 'More time, please.',
};
const WORRYING = 'I feel numb between my legs since yesterday, and I cannot wee.';
const LONG = {
  ...FILLED,
  name: 'N'.repeat(100),
  email: `${'e'.repeat(64)}@${'d'.repeat(60)}.${'d'.repeat(60)}.example`,
  phone: '020 7946 0991 extension fourhundredfive',
  concern: `${'w'.repeat(300)} and a tail`,
  needs: 'x'.repeat(200),
};
const WRONG = {
  about: ABOUT,
  name: 'n'.repeat(101),
  email: 'nobody@nowhere',
  phone: '123',
  method: 'phone',
  concern: 'c'.repeat(501),
  needs: 'n'.repeat(201),
};

/** Asks for every state. Each has a name, a group, the page it is a state of, its address, status, headers and HTML. */
export async function collectStates() {
  const [site, guarded] = await Promise.all([startSite(), startSite({ limits: true })]);
  const stop = () => Promise.all([site.stop(), guarded.stop()]);
  try {
    return { states: await collect(site, guarded), stop };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

async function collect(site, guarded) {
  const states = [];
  const visitor = new Visitor(site.origin);
  const keep = (group, page, name, status, answer) => {
    if (answer.status !== status) throw new Error(`${name} (${answer.url}) answered ${answer.status}, not ${status}`);
    states.push({ group, page, name, ...answer });
    return answer;
  };

  // What everyone can read.
  const sitemap = await visitor.get('/sitemap.xml');
  const addresses = [...sitemap.html.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => new URL(url).pathname);
  for (const path of addresses) {
    keep(/^\/(fact-sheets|guides)\/./.test(path) ? 'sheets' : 'reading', path, path, 200, await visitor.get(path));
  }
  const night = await visitor.get('/night');
  if (night.status === 200 && !addresses.includes('/night')) keep('reading', '/night', '/night', 200, night);
  keep('reading', '/usefulness', 'thanks for an answer', 200, await visitor.post('/usefulness', { about: ABOUT, useful: 'yes' }));

  // Searches, from none to the ones that bring help first.
  const search = (name, words) => visitor.get(`/search?q=${encodeURIComponent(words)}`).then((answer) => keep('reading', 'search', name, 200, answer));
  await search('search, empty', '');
  await search('search with results', 'cant sleep back pane');
  await search('search with many results', 'pain');
  await search('search with emergency words', 'numb between my legs');
  await search('search in a crisis', 'i want to end my life');
  await search('search without results', 'zzzzqqq');
  await search('search with hostile and long words', `"><script>alert(1)</script>${'w'.repeat(300)}`);

  // The request form and its check page.
  const form = (name, status, answer) => keep('asking', 'request form', name, status, answer);
  const check = (name, answer, status = 200) => keep('asking', 'check page', name, status, answer);
  const ask = (fields) => visitor.post('/consultations/new', fields);
  form('request form', 200, await visitor.get('/consultations/new'));
  form('request form of a sheet', 200, await visitor.get(`/consultations/new?about=${ABOUT}`));
  form('request form sent empty', 422, await ask({ about: ABOUT }));
  form('request form with all errors', 422, await ask(WRONG));
  form('request form without the phone number', 422, await ask({ ...FILLED, phone: '' }));
  form('request form with a likely slip', 422, await ask({ ...FILLED, email: 'ada@hotmial.com' }));
  form('request form with long words', 200, await ask({ ...LONG, change: 'name' }));
  form('request form filled, to change', 200, await ask({ ...FILLED, change: 'concern' }));
  const checked = check('check page', await ask(FILLED));
  const worrying = check('check page with safety words', await ask({ ...FILLED, name: 'Mary Seacole', concern: WORRYING }));
  const long = check('check page with long words', await ask(LONG));
  const byVideo = check('check page with little said', await ask({ name: 'Alan Turing', method: 'video', email: 'alan@example.org' }));
  const withoutMail = await ask({ name: 'Rosalind Franklin', method: 'phone', phone: '020 7946 0992' });
  const later = await ask({ ...FILLED, name: 'Edward Jenner' });
  const gone = await ask({ ...FILLED, name: 'Florence Nightingale' });

  // The report form and its check page.
  const report = (page, name, status, answer) => keep('reports', page, name, status, answer);
  const askReport = (fields) => visitor.post('/reports/new', fields);
  report('report form', 'report form', 200, await visitor.get(`/reports/new?about=${ABOUT}`));
  report('report choice', 'report form without a page', 200, await visitor.get('/reports/new'));
  report('report form', 'report form sent empty', 422, await askReport({ about: ABOUT }));
  report('report choice', 'report form without a page sent empty', 422, await askReport({}));
  report('report form', 'report form with a likely slip', 422, await askReport({ about: ABOUT, name: 'Ada', email: 'ada@gmial.com' }));
  report('report form', 'report form with long words', 422, await askReport({ about: ABOUT, name: 'N'.repeat(101), email: `${'e'.repeat(255)}@example.org` }));
  const reportChecked = report('report check page', 'report check page', 200, await askReport({ about: ABOUT, name: 'Ada', email: 'ada@example.org' }));
  report('report check page', 'report check page with long words', 200, await askReport({ about: ABOUT, name: LONG.name, email: LONG.email }));

  // The form about a mistake.
  const mistake = (page, name, status, answer) => keep('asking', page, name, status, answer);
  const tell = (fields) => visitor.post('/corrections/new', fields);
  const mistakeForm = mistake('mistake form', 'mistake form', 200, await visitor.get(`/corrections/new?about=${ABOUT}`));
  mistake('mistake choice', 'mistake form without a page', 200, await visitor.get('/corrections/new'));
  mistake('mistake choice', 'mistake form without a page sent empty', 422, await tell({}));
  mistake('mistake form', 'mistake form sent empty', 422, await tell({ about: ABOUT }));
  mistake('mistake form', 'mistake form with a likely slip', 422, await tell({ about: ABOUT, words: 'x', email: 'ada@gmial.com' }));
  mistake('mistake form', 'mistake form with long words', 422, await tell({ about: ABOUT, words: `${'w'.repeat(1001)}`, name: LONG.name }));
  const slip = { ...FILLED, name: 'Ada Byron', email: 'ada@example.ogr', email_queried: 'ada@example.ogr' };
  const undeliverable = await ask(slip);

  await collectAssessment(site, guarded, keep);

  // The desk before anyone asked.
  const desk = (page, name, status, answer) => keep('desk', page, name, status, answer);
  const colleague = new Visitor(site.origin);
  const welcome = new URL(site.firstLink).pathname;
  desk('welcome', 'welcome', 200, await colleague.get(welcome));
  desk('welcome', 'welcome with errors', 422, await colleague.post(welcome, { name: '', email: 'x', password: 'short' }));
  desk('sign-in', 'sign-in', 200, await colleague.get('/staff/sign-in'));
  await site.addStaff();
  desk('sign-in', 'sign-in refused', 422, await colleague.post('/staff/sign-in', { email: 'x@example.org', password: 'y' }));
  const seen = (name, answer) => desk(name, name, 200, answer);
  desk('queue', 'queue, empty', 200, await signInVisitor(colleague, site.origin, DESK_ACCOUNT, seen));
  const { email, password } = DESK_ACCOUNT;
  const late = new Visitor(site.origin);
  desk('code', 'code', 200, await late.post('/staff/sign-in', { email, password }));
  desk('code', 'code refused', 422, await late.post('/staff/sign-in/code', { code: '000000' }));
  await collectPeople(site, keep);
  desk('components', 'components', 200, await colleague.get('/staff/components'));

  // Refusals.
  const refusal = (name, status, answer) => keep('refusals', `refusal ${status}`, name, status, answer);
  const urlencoded = 'application/x-www-form-urlencoded';
  refusal('not found', 404, await visitor.get('/no-such-page'));
  refusal('private page not found', 404, await visitor.get(`/consultations/${'0'.repeat(40)}`));
  refusal('sent from another site', 403, await visitor.send('POST', '/consultations/new', { body: 'name=x', type: urlencoded, from: 'https://other.example' }));
  refusal('wrong method', 405, await visitor.send('PUT', '/'));
  refusal('too long', 413, await visitor.post('/consultations/new', { concern: 'x'.repeat(40_000) }));
  refusal('wrong kind of form', 415, await visitor.send('POST', '/consultations/new', { body: '{}', type: 'application/json' }));

  // Too many from one network: the answers stay on the check page.
  const hasty = new Visitor(guarded.origin);
  const again = hidden((await hasty.post('/consultations/new', FILLED)).html);
  const reportAgain = hidden((await hasty.post('/reports/new', { about: ABOUT, name: 'Ada', email: 'ada@example.org' })).html);
  // Not within the two seconds in which a press is asked for once more.
  await wait(READING);
  for (let sent = 0; sent < 5; sent += 1) await hasty.post('/consultations/new', { ...again, step: 'send' });
  check('check page after too many', await hasty.post('/consultations/new', { ...again, step: 'send' }), 429);
  report('report check page', 'report check page after too many', 429, await hasty.post('/reports/new', { ...reportAgain, step: 'send' }));
  const guesses = Array.from({ length: 11 }, () => hasty.post('/staff/sign-in', { email: 'x@example.org', password: 'y' }));
  desk('sign-in', 'sign-in after too many', 429, (await Promise.all(guesses)).find(({ status }) => status === 429));

  // A press that comes too soon is asked for once more; then everyone sends.
  const tooSoon = await ask({ ...FILLED, name: 'Robby the Robot', concern: `Cheap pills: ${'http://pills.example/'.repeat(10)}` });
  const onceMore = check('check page after a press too soon', await visitor.post('/consultations/new', { ...hidden(tooSoon.html), step: 'send' }), 422);
  const worryingTooSoon = await ask({ ...FILLED, name: 'Mary Seacole', concern: WORRYING });
  check('check page with safety words after a press too soon', await visitor.post('/consultations/new', { ...hidden(worryingTooSoon.html), step: 'send' }), 422);
  await wait(READING);
  const send = ({ html }) => visitor.post('/consultations/new', { ...hidden(html), step: 'send' });
  const follow = (page, name, status, answer) => keep('following up', page, name, status, answer);
  const confirmed = follow('confirmation', 'confirmation', 200, await send(checked));
  follow('confirmation', 'confirmation with safety words', 200, await send(worrying));
  const confirmedLong = follow('confirmation', 'confirmation with long words', 200, await send(long));
  follow('confirmation', 'confirmation of a video call', 200, await send(byVideo));
  const confirmedByPhone = follow('confirmation', 'confirmation without mail', 200, await send(withoutMail));
  mistake('mistake confirmation', 'mistake told', 200, await tell({ ...hidden(mistakeForm.html), about: ABOUT, words: 'The third link is dead.', email: 'ada@example.org' }));
  await send(undeliverable);
  const confirmedLater = await send(later);
  const confirmedGone = await send(gone);
  const pills = await send(onceMore);
  report('report confirmation', 'report confirmation', 200, await visitor.post('/reports/new', { ...hidden(reportChecked.html), step: 'send' }));

  // The patient's private page.
  const privatePage = ({ html }) => html.match(/href="(\/consultations\/[0-9a-f]{40})"/)[1];
  const page = privatePage(confirmed);
  const longPage = privatePage(confirmedLong);
  const gonePage = privatePage(confirmedGone);
  const prove = (of) => visitor.post(of, { answer: '0991' });
  follow('private page', 'private page before the question is answered', 200, await visitor.get(page));
  follow('private page', 'private page, question left empty', 422, await visitor.post(page, {}));
  follow('private page', 'private page, answered wrongly', 422, await visitor.post(page, { answer: '1234' }));
  follow('private page', 'contact change before the question is answered', 422, await visitor.post(`${page}/contact`, WRONG));
  follow('private page', 'private page with long words before the question is answered', 200, await visitor.get(longPage));
  follow('not mine', 'not mine', 200, await visitor.get(`${page}/not-mine`));
  follow('private page', 'private page', 200, await prove(page));
  follow('contact change', 'contact change', 200, await visitor.get(`${page}/contact`));
  follow('contact change', 'contact change with errors', 422, await visitor.post(`${page}/contact`, WRONG));
  follow('private page', 'private page with long words', 200, await prove(longPage));
  follow('contact change', 'contact change with long words', 200, await visitor.get(`${longPage}/contact`));
  await prove(gonePage);
  follow('withdrawal', 'withdrawal question', 200, await visitor.get(`${gonePage}/withdrawal`));
  follow('private page', 'private page, withdrawn', 200, await visitor.post(`${gonePage}/withdrawal`, {}));
  follow('withdrawn confirmation', 'confirmation, withdrawn', 200, await visitor.get(confirmedGone.url));

  // Stopping reports.
  const patience = Date.now() + 15_000;
  while (!site.post.of('ada@example.org').some((mail) => mail.text.includes('/reports/stop/'))) {
    if (Date.now() > patience) throw new Error('The report did not come');
    await wait(50);
  }
  const mail = site.post.of('ada@example.org').find(({ text }) => text.includes('/reports/stop/'));
  const stop = mail.text.match(/\/reports\/stop\/\S+/)[0];
  report('stop question', 'stop question', 200, await visitor.get(stop));
  report('stopped', 'reports stopped', 200, await visitor.post(stop, {}));

  // Mail and pages.
  const undelivered = async () => (await colleague.get('/staff/mail')).html.match(/href="(\/staff\/mail\/\d+)"[^>]*>Confirmation/)?.[1];
  while (!(await colleague.get('/staff/mail')).html.includes('class="plain tasks"')) {
    if (Date.now() > patience) throw new Error('No mail was refused');
    await wait(50);
  }
  const task = await undelivered();
  desk('mail', 'mail, with something to do', 200, await colleague.get('/staff/mail'));
  desk('one mail', 'mail that was not delivered', 200, await colleague.get(task));
  desk('one mail', 'mail left without a reason', 422, await colleague.post(`${task}/settlement`, {}));
  desk('insights', 'insights', 200, await colleague.get('/staff/insights'));
  desk('pages', 'pages, with a mistake told', 200, await colleague.get('/staff/pages'));
  const told = (await colleague.get('/staff/pages')).html.match(/\/staff\/corrections\/MP-\w{4}-\w{4}/)[0];
  desk('mistake', 'mistake, open', 200, await colleague.get(told));
  desk('mistake', 'mistake answered without a word', 422, await colleague.post(`${told}/answer`, {}));
  const signing = `/staff/pages/${ABOUT}`;
  const unsigned = desk('sign-off', 'sign-off, with a mistake told', 200, await colleague.get(signing));
  const { text_hash: [textHash] } = hidden(unsigned.html);
  desk('sign-off', 'sign-off sent empty', 422, await colleague.post(`${signing}/signature`, { text_hash: textHash }));
  const signature = { name: `Dr ${'N'.repeat(80)}`, role: 'Consultant physiotherapist', registration: 'HCPC PH123456' };
  desk('sign-off', 'sign-off of a page that changed', 409, await colleague.post(`${signing}/signature`, { ...signature, text_hash: '0'.repeat(64) }));
  desk('sign-off', 'sign-off, signed', 200, await colleague.post(`${signing}/signature`, { ...signature, text_hash: textHash }));
  keep('sheets', `/fact-sheets/${ABOUT}`, 'a sheet that is signed', 200, await visitor.get(`/fact-sheets/${ABOUT}`));
  desk('mail', 'mail that was left', 200, await colleague.post(`${task}/settlement`, { why: 'Reached by phone.' }));
  desk('mail', 'mail, with nothing to do', 200, await colleague.get('/staff/mail'));

  // The desk with work on it.
  const reference = ({ html }) => html.match(/BP-\w{4}-\w{4}/)[0];
  const atDesk = (answer) => `/staff/consultations/${reference(answer)}`;
  const closed = atDesk(confirmedLater);
  const path = atDesk(confirmed);
  const asSeen = ({ html }) => ({ seen_at: hidden(html).seen_at[0], opened_at: hidden(html).opened_at[0] });
  const ticks = [...(await colleague.get('/staff')).html.matchAll(/name="chosen" value="([^"]+)"/g)].map(([, tick]) => tick);
  desk('queue', 'queue, nothing ticked', 422, await colleague.post('/staff/bulk-acts', { act: 'close' }));
  desk('queue', 'queue, ticked and not said why', 422, await colleague.post('/staff/bulk-acts', { chosen: ticks.slice(0, 3), act: 'close' }));
  const several = desk('bulk act', 'several closed, some left alone', 200, await colleague.post('/staff/bulk-acts', { chosen: [...ticks, ticks[0].replace(/.$/, '')], act: 'close', reason: 'not reached' }));
  desk('bulk act', 'several, undone', 200, await colleague.post(`${new URL(several.url).pathname}/undo`, {}));
  const open = desk('request', 'request, new', 200, await colleague.get(path));
  desk('request', 'request with long words', 200, await colleague.get(atDesk(confirmedLong)));
  desk('request', 'request, withdrawn', 200, await colleague.get(atDesk(confirmedGone)));
  desk('queue', 'queue, full', 200, await colleague.get('/staff'));
  const toSpam = await colleague.get(atDesk(pills));
  desk('request', 'request among spam', 200, await colleague.post(`${atDesk(pills)}/spam`, asSeen(toSpam)));
  desk('queue', 'queue, spam', 200, await colleague.get('/staff?show=spam'));
  desk('queue', 'queue, nothing with this filter', 200, await colleague.get('/staff?state=booked&owner=me'));
  desk('desk search', 'desk search, somebody found', 200, await colleague.post('/staff/search', { q: '020 7946 0991' }));
  desk('desk search', 'desk search, nobody found', 200, await colleague.post('/staff/search', { q: 'Nobody At All' }));
  desk('calls', 'call sheet', 200, await colleague.get('/staff/calls'));
  desk('request', 'request changed by someone else', 409, await colleague.post(`${path}/contact`, { seen_at: '1' }));
  desk('request', 'request with an empty note', 422, await colleague.post(`${path}/notes`, { ...asSeen(open), note: '' }));
  desk('request', 'request with a long note', 422, await colleague.post(`${path}/notes`, { ...asSeen(open), note: 'w'.repeat(5_000) }));
  desk('request', 'request closed without a reason', 422, await colleague.post(`${path}/closure`, asSeen(open)));
  const called = desk('request', 'request, nobody answered', 200, await colleague.post(`${path}/calls`, { ...asSeen(open), outcome: 'no-answer' }));
  const noted = desk('request', 'request with a note', 200, await colleague.post(`${path}/notes`, { ...asSeen(called), note: `Rings back.\n${'w'.repeat(200)}` }));
  desk('request', 'request, contacted', 200, await colleague.post(`${path}/calls`, { ...asSeen(noted), outcome: 'spoke' }));
  const toWrite = atDesk(confirmedLong);
  desk('message', 'message that cannot go', 200, await colleague.get(`${path}/message`));
  const message = desk('message', 'message', 200, await colleague.get(`${toWrite}/message`));
  desk('message', 'message left empty', 422, await colleague.post(`${toWrite}/message`, { ...asSeen(message), words: '' }));
  desk('message', 'message with a field that nobody knows', 422, await colleague.post(`${toWrite}/message`, { ...asSeen(message), words: `Dear {nane} ${'w'.repeat(300)}` }));
  const [saved] = message.html.match(/<option value="\d+">/g);
  desk('message', 'message with a saved reply', 200, await colleague.post(`${toWrite}/message`, { ...asSeen(message), words: 'Hello again.', reply: saved.match(/\d+/)[0], step: 'insert' }));
  desk('message check', 'message to send', 200, await colleague.post(`${toWrite}/message`, { ...asSeen(message), words: `We tried to ring you: {phone}\n${'w'.repeat(300)}` }));
  const healthy = await colleague.post(`${toWrite}/message`, { ...asSeen(message), words: 'Your MRI scan is back.' });
  desk('message check', 'message that may be about health', 200, healthy);
  desk('message', 'message about what someone else changed', 409, await colleague.post(`${toWrite}/message`, { ...hidden(healthy.html), seen_at: '1', step: 'send' }));
  desk('request', 'request with a message', 200, await colleague.post(`${toWrite}/message`, { ...hidden(healthy.html), step: 'send' }));
  desk('message', 'message to nobody', 200, await colleague.get(`${atDesk(confirmedByPhone)}/message`));
  const details = desk('contact details', 'contact details to correct', 200, await colleague.get(`${toWrite}/details`));
  desk('contact details', 'contact details with errors', 422, await colleague.post(`${toWrite}/details`, { ...asSeen(details), name: '', phone: 'w'.repeat(300), email: 'ada@@', method: 'phone' }));
  desk('contact details', 'contact details that someone else changed', 409, await colleague.post(`${toWrite}/details`, { seen_at: '1', opened_at: '1', name: 'Mary Anning', phone: '020 7946 0994', method: 'phone' }));
  const booking = desk('booking', 'booking', 200, await colleague.get(`${path}/booking`));
  desk('booking', 'booking with errors', 422, await colleague.post(`${path}/booking`, { ...asSeen(booking), date: '2020-02-28', time: '', minutes: 'x', setting: 'video' }));
  const nextYear = new Date().getFullYear() + 1;
  const appointment = { date: `${nextYear}-05-27`, time: '10:00', minutes: '30', setting: 'clinic', place: '' };
  const atNight = { ...appointment, time: '03:00' };
  const asked = desk('booking', 'booking that is asked about', 422, await colleague.post(`${path}/booking`, { ...asSeen(booking), ...atNight }));
  const unsaid = { ...asSeen(booking), ...atNight, asked: hidden(asked.html).asked };
  desk('booking', 'booking made all the same without a reason', 422, await colleague.post(`${path}/booking`, unsaid));
  desk('request', 'request, booked', 200, await colleague.post(`${path}/booking`, { ...asSeen(booking), ...appointment }));
  desk('booking change', 'booking that someone else changed', 409, await colleague.post(`${path}/booking`, { ...appointment, seen_at: '1', opened_at: '1' }));
  desk('booking change', 'booking, to change', 200, await colleague.get(`${path}/booking`));
  desk('cancellation', 'cancellation', 200, await colleague.get(`${path}/cancellation`));
  const clashing = atDesk(confirmedLong);
  const second = { ...asSeen(await colleague.get(clashing)), ...appointment, minutes: '45', clinician_name: `Dr ${'N'.repeat(60)}`, room: 'Consulting room on the second floor' };
  const odd = await colleague.post(`${clashing}/booking`, second);
  desk('request', 'request booked all the same', 200, await colleague.post(`${clashing}/booking`, { ...second, asked: hidden(odd.html).asked, why: `They travel together. ${'w'.repeat(150)}` }));
  const thatDay = `/staff/diary?day=${appointment.date}`;
  desk('diary', 'diary, today', 200, await colleague.get('/staff/diary'));
  desk('diary', 'diary, a day with a clash', 200, await colleague.get(thatDay));
  desk('diary', 'diary, a day by room', 200, await colleague.get(`${thatDay}&by=room`));
  desk('diary', 'diary, a week', 200, await colleague.get(`${thatDay}&view=week`));
  desk('diary', 'diary, a closed day', 200, await colleague.get(`/staff/diary?day=${nextYear}-12-25`));
  desk('diary', 'diary, a date that is none', 422, await colleague.get(`/staff/diary?day=${'someday'.repeat(30)}`));
  desk('calendar address', 'calendar address', 200, await colleague.post('/staff/account/calendar', {}));
  desk('account', 'account with a calendar address', 200, await colleague.get('/staff/account'));
  refusal('calendar that has ended', 404, await visitor.get(`/calendar/${'0'.repeat(40)}.ics`));
  desk('phone request', 'phone request', 200, await colleague.get('/staff/consultations/new'));
  desk('phone request', 'phone request sent empty', 422, await colleague.post('/staff/consultations/new', {}));
  desk('phone request', 'phone request with safety words', 200, await colleague.post('/staff/consultations/new', { ...hidden((await colleague.get('/staff/consultations/new')).html), name: 'Mary Anning', method: 'phone', phone: '020 7946 0993', concern: WORRYING }));
  const misdialled = atDesk(confirmedByPhone);
  const dialled = await colleague.get(misdialled);
  desk('request', 'request whose number was wrong', 200, await colleague.post(`${misdialled}/calls`, { ...asSeen(dialled), outcome: 'wrong-number' }));
  desk('queue', 'queue with a request that waits', 200, await colleague.get('/staff'));
  const doubles = closed;
  const pair = await colleague.get(doubles);
  // Another that nobody has answered either.
  const [, double, doubleSeenAt] = pair.html.match(/tag">New<\/span>[^]*?name="other" value="([^"]+)"[^]*?name="other_seen_at" value="(\d+)"/);
  const mergeForm = { ...asSeen(pair), other: double, other_seen_at: doubleSeenAt };
  desk('request', 'request with another merged into it', 200, await colleague.post(`${doubles}/merge`, mergeForm));
  desk('request', 'request that was merged', 200, await colleague.get(`/staff/consultations/${double}`));
  desk('request', 'request that cannot be merged', 409, await colleague.post(`${doubles}/merge`, mergeForm));
  desk('desk search', 'desk search, a merged request found', 200, await colleague.post('/staff/search', { q: double }));
  await colleague.post(`/staff/consultations/${double}/separation`, {});
  const toHold = atDesk(confirmedLong);
  desk('request', 'request kept for a reason, which is missing', 422, await colleague.post(`${toHold}/hold`, { ...asSeen(await colleague.get(toHold)), hold: '' }));
  desk('request', 'request kept for a reason', 200, await colleague.post(`${toHold}/hold`, { ...asSeen(await colleague.get(toHold)), hold: `A complaint is open. ${'w'.repeat(100)}` }));
  // What is sent after the sign-in was ended elsewhere is kept.
  const returning = new Visitor(site.origin);
  await signInVisitor(returning, site.origin, DESK_ACCOUNT);
  await colleague.post('/staff/account/sessions/others/end', {});
  const lateNote = { ...asSeen(dialled), note: `Rings back.\n${'w'.repeat(200)}` };
  desk('sign-in', 'sign-in, what was sent is kept', 200, await returning.post(`${misdialled}/notes`, lateNote));
  desk('unsent', 'something unsent', 200, await signInVisitor(returning, site.origin, DESK_ACCOUNT));
  const ending = await colleague.get(closed);
  const reason = ending.html.match(/name="reason" value="([^"]+)"/)[1];
  desk('request', 'request, closed', 200, await colleague.post(`${closed}/closure`, { ...asSeen(ending), reason }));
  follow('private page', 'private page, booked, before the question is answered', 200, await visitor.get(page));
  follow('private page', 'private page, booked', 200, await prove(page));
  follow('reminders', 'reminders', 200, await visitor.get(`${page}/reminders`));
  follow('private page', 'private page, without reminders', 200, await visitor.post(`${page}/reminders`, { reminders: 'off' }));
  follow('reminders', 'reminders, stopped', 200, await visitor.get(`${page}/reminders`));
  follow('another time', 'another time', 200, await visitor.get(`${page}/another-time`));
  follow('another time', 'another time with too many words', 422, await visitor.post(`${page}/another-time`, { wish: 'w'.repeat(301) }));
  follow('another time', 'another time with safety words', 200, await visitor.post(`${page}/another-time`, { wish: WORRYING }));
  follow('private page', 'private page, another time wanted', 200, await visitor.post(`${page}/another-time`, { wish: 'Any afternoon but Friday' }));
  desk('request', 'request that wants another time', 200, await colleague.get(path));
  desk('queue', 'queue with another time wanted', 200, await colleague.get('/staff'));
  follow('private page', 'private page, closed', 200, await visitor.get(privatePage(confirmedLater)));
  desk('queue', 'queue with something done', 200, await colleague.get('/staff'));
  desk('queue', 'queue, done', 200, await colleague.get('/staff?show=done'));
  const safety = states.find(({ name }) => name === 'confirmation with safety words');
  desk('request', 'request with safety words', 200, await colleague.get(atDesk(safety)));
  return states;
}

/** What administrators manage, and the account of each. */
async function collectPeople(site, keep) {
  const people = (page, name, status, answer) => keep('people', page, name, status, answer);
  const complaint = { name: 'Ada Lovelace', email: 'ada@example.org', words: `My details were read out.\n${'w'.repeat(200)}` };
  const visitor = new Visitor(site.origin);
  const complain = (page, name, status, answer) => keep('complaints', page, name, status, answer);
  complain('complaint form', 'complaint form', 200, await visitor.get('/complaints'));
  complain('complaint form', 'complaint form sent empty', 422, await visitor.post('/complaints', {}));
  complain('complaint form', 'complaint form with a likely slip', 422, await visitor.post('/complaints', { ...complaint, email: 'ada@gmial.com' }));
  const checked = complain('complaint check page', 'complaint check page', 200, await visitor.post('/complaints', complaint));
  complain('complaint check page', 'complaint check page with safety words', 200, await visitor.post('/complaints', { ...complaint, words: WORRYING }));
  await wait(READING);
  const done = complain('complaint confirmation', 'complaint confirmation', 200, await visitor.post('/complaints', { ...hidden(checked.html), step: 'send' }));
  const reference = done.html.match(/DP-\w{4}-\w{4}/)[0];

  await site.addAdministrator();
  const admin = new Visitor(site.origin);
  people('queue', 'queue of an administrator', 200, await signInVisitor(admin, site.origin, ADMINISTRATOR));
  people('people', 'people', 200, await admin.get('/staff/people'));
  people('invitation', 'invitation', 200, await admin.get('/staff/people/new'));
  people('invitation', 'invitation with errors', 422, await admin.post('/staff/people/new', {}));
  const invited = people('invited', 'invited', 200, await admin.post('/staff/people/new', { email: 'lee@example.org', role: 'reception' }));
  const list = people('people', 'people with an invitation', 200, await admin.get('/staff/people'));
  const [own] = [...list.html.matchAll(/href="(\/staff\/people\/\d+)">([^<]+)</g)].filter(([, , name]) => name === ADMINISTRATOR.name);
  people('person', 'person', 200, await admin.get(own[1]));
  people('person', 'person who is the last administrator', 422, await admin.post(`${own[1]}/role`, { role: 'reception' }));
  // Of a colleague who took the invitation: nobody else signs in with that account.
  const [, invitation] = invited.html.match(/data-link>[^<]*(\/staff\/welcome\/\w+)</);
  const [, said] = invited.html.match(/data-code>([^<]+)</);
  const theirs = new Visitor(site.origin);
  await theirs.post(invitation, { name: 'Lee Wong', code: said, password: 'teapot lorry glacier' });
  const [colleague] = [...(await admin.get('/staff/people')).html.matchAll(/href="(\/staff\/people\/\d+)">([^<]+)</g)].filter(([, , name]) => name === 'Lee Wong');
  const reset = `${colleague[1]}/reset`;
  people('person', 'person, to reset', 200, await admin.get(colleague[1]));
  people('person', 'person, nothing to reset', 422, await admin.post(reset, {}));
  const linked = people('reset link', 'reset link', 200, await admin.post(reset, { reset: 'second-step' }));
  const resetLink = new URL(linked.html.match(/data-link>([^<]+)</)[1]).pathname;
  people('reset', 'reset of the second step', 200, await theirs.get(resetLink));
  people('reset', 'reset without the password', 422, await theirs.post(resetLink, {}));
  const both = await admin.post(reset, { reset: ['password', 'second-step'] });
  const second = new URL(both.html.match(/data-link>([^<]+)</)[1]).pathname;
  people('reset', 'reset of both', 200, await theirs.get(second));
  people('reset', 'reset with a short password', 422, await theirs.post(second, { password: 'short' }));
  people('person', 'person who waits for a reset', 200, await admin.get(colleague[1]));
  people('people', 'people with a reset', 200, await admin.get('/staff/people'));
  await admin.post(`${reset}/withdrawal`, {});
  people('audit', 'audit', 200, await admin.get('/staff/audit'));
  people('audit', 'audit, nothing found', 200, await admin.get('/staff/audit?reference=BP-0000-0000'));
  people('audit', 'audit with an error', 422, await admin.get('/staff/audit?day=yesterday'));
  people('complaints', 'complaints', 200, await admin.get('/staff/complaints'));
  const page = `/staff/complaints/${reference}`;
  const open = people('complaint', 'complaint', 200, await admin.get(page));
  people('complaint', 'complaint closed without an outcome', 422, await admin.post(`${page}/closure`, hidden(open.html)));
  people('complaint', 'complaint changed by someone else', 409, await admin.post(`${page}/acknowledgement`, { seen_at: '1' }));
  people('complaint', 'complaint, acknowledged', 200, await admin.post(`${page}/acknowledgement`, { seen_at: hidden(open.html).seen_at[0] }));
  people('data rights', 'data rights', 200, await admin.get('/staff/data-rights'));
  people('data rights', 'data rights with an error', 422, await admin.post('/staff/data-rights', {}));
  people('person found', 'person not found', 200, await admin.post('/staff/data-rights', { person: 'nobody@example.org' }));
  people('person found', 'person found', 200, await admin.post('/staff/data-rights', { person: complaint.email }));
  people('person found', 'person found under nearly the same address', 200, await admin.post('/staff/data-rights', { person: complaint.email.replace('@', '+another@') }));
  people('erasure', 'erasure question', 200, await admin.post('/staff/data-rights/erasure', { person: complaint.email }));
  people('erasure', 'erasure without being sure', 422, await admin.post('/staff/data-rights/erasure', { person: complaint.email, step: 'erase' }));
  people('proof of erasure', 'proof of erasure', 200, await admin.post('/staff/data-rights/erasure', { person: 'nobody@example.org', step: 'erase', sure: 'yes' }));
  people('account', 'account', 200, await admin.get('/staff/account'));
  people('password', 'password', 200, await admin.get('/staff/account/password'));
  people('password', 'password with errors', 422, await admin.post('/staff/account/password', {}));
  people('new recovery codes', 'new recovery codes', 200, await admin.get('/staff/account/recovery-codes'));
  people('absences', 'absences, nobody away', 200, await admin.get('/staff/absences'));
  people('absences', 'absences with errors', 422, await admin.post('/staff/absences', { staff: own[1].split('/').pop(), from: '', until: '2020-02-01' }));
  const days = { from: '2035-07-01', until: '2035-07-03', cover: '' };
  await admin.post('/staff/absences', { staff: own[1].split('/').pop(), ...days });
  people('absences', 'absences', 200, await admin.get('/staff/absences'));
  people('saved replies', 'saved replies', 200, await admin.get('/staff/replies'));
  people('saved replies', 'saved replies with errors', 422, await admin.post('/staff/replies', { title: 'w'.repeat(61), words: '{nane}' }));
  await admin.post('/staff/replies', { title: 'w'.repeat(60), words: `{link} ${'w'.repeat(300)}` });
  const replies = await admin.get('/staff/replies');
  const reply = replies.html.match(/\/staff\/replies\/\d+/)[0];
  people('saved reply', 'saved reply', 200, await admin.get(reply));
  people('saved reply', 'saved reply with errors', 422, await admin.post(reply, {}));
  people('saved reply', 'saved reply changed by someone else', 409, await admin.post(reply, { title: 'x', words: 'y', seen_at: '1' }));
  people('unsent', 'nothing unsent', 200, await admin.get('/staff/expired-forms'));
  people('refusal 404', 'refused to an administrator', 404, await admin.get('/staff/people/999'));
}

/** Shows a state as it was served. */
export async function show(page, state) {
  await page.route(
    (url) => url.href === state.url,
    (route) => route.fulfill({ status: state.status, headers: served(state.headers), body: state.html }),
    { times: 1 },
  );
  await page.goto(state.url, { waitUntil: 'load' });
}

function served(headers) {
  const { 'content-length': _length, 'content-encoding': _encoding, 'transfer-encoding': _transfer, connection: _connection, ...kept } = headers;
  return kept;
}
