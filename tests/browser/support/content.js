// A copy of the content that a test may change: a clinic with hours of its own, and pages whose words change.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CONTENT } from './site.js';

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const OPEN = '[{ opens = "09:00", closes = "17:00" }]';
const HOUR = 3_600_000;

/** Copies the content. `change(file, edit)` writes what `edit` makes of a file; the site sees it once started again. */
export async function copyContent() {
  const folder = await mkdtemp(join(tmpdir(), 'browser-tests-'));
  await cp(CONTENT, folder, { recursive: true });
  return {
    folder,
    async change(file, edit) {
      const before = await readFile(join(folder, file), 'utf8');
      const after = edit(before);
      if (after === before) throw new Error(`Nothing of ${file} was changed`);
      await writeFile(join(folder, file), after);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A place on earth where it is between 9 and 10 in the morning now, so that a day begins whenever a test runs. */
export function inTheMorning() {
  const hours = 9 - new Date().getUTCHours();
  const ahead = hours < -12 ? hours + 24 : hours;
  const local = (moment) => new Date(moment + ahead * HOUR).toISOString();
  return {
    /** The signs of these names are turned round: Etc/GMT-3 is three hours ahead of Greenwich. */
    zone: ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`,
    date: (daysFromNow) => local(Date.now() + daysFromNow * 24 * HOUR).slice(0, 10),
    clock: (moment) => local(moment).slice(11, 16),
  };
}

/** A closure of the clinic, with the words that patients read. */
export function closedFrom(first, last, words) {
  return `[[closures]]\nfrom = "${first}"\nto = "${last}"\nwords = "${words}"\n`;
}

/** A day on which the clinic is open whatever else is said. */
export function openOn(date) {
  return `[[extra_openings]]\ndate = "${date}"\nperiods = ${OPEN}\nwords = "We are open on ${date}."\n`;
}

/** The clinic's file with hours from 9 to 5 on every day of the week, in a zone, and what else is said of hours. */
export function withHours(text, zone, others) {
  const week = WEEK.map((day) => `${day} = ${OPEN}`).join('\n');
  const [before, rest] = [text.slice(0, text.indexOf('[hours]')), text.slice(text.indexOf('[promise]'))];
  return `${before}[hours]\ntime_zone = "${zone}"\n${week}\n\n${rest}\n${others}`;
}
