// Before all tests: collects every page in every state, for the tests that look at pages rather than use them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { collectStates } from './states.js';

export default async function setup() {
  const { states, stop } = await collectStates();
  const folder = await mkdtemp(join(tmpdir(), 'browser-tests-'));
  process.env.MYBACKPAIN_TEST_STATES = join(folder, 'states.json');
  await writeFile(process.env.MYBACKPAIN_TEST_STATES, JSON.stringify(states));
  return async () => {
    await rm(folder, { recursive: true, force: true });
    await stop();
  };
}
