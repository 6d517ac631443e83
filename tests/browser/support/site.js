// The real program, started on a free port with data of its own and a mail server beside it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { openPost } from './post.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const PROGRAM = resolve(process.env.MYBACKPAIN_BIN ?? join(ROOT, 'target/debug/mybackpain'));
export const CONTENT = join(ROOT, 'content');

export const DESK = 'desk@mybackpain.co.uk';
export const SHEET = '/fact-sheets/sleep-and-back-pain';

/** A member of staff whom every site knows, once `signInAs` or `addStaff` was asked for them. */
export const DESK_ACCOUNT = { name: 'Sam Porter', email: 'sam@clinic.example', password: 'three odd words here', role: 'clinician' };

export const RECEPTIONIST = { name: 'Rosa Lind', email: 'rosa@clinic.example', password: 'three odd words here', role: 'reception' };

export const ADMINISTRATOR = { name: 'Asha Okafor', email: 'asha@clinic.example', password: 'three odd words here', role: 'administrator' };

/** A check page answered faster than this is asked for once more. */
export const READING = 2_100;

/** Starts the site; `limits` keeps the limits on sending that tests of other things leave out. */
export async function startSite({ limits = false, content = CONTENT, host = '127.0.0.1' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'browser-tests-'));
  const data = join(folder, 'data');
  const post = await openPost();
  const port = await freePort();
  const listen = `127.0.0.1:${port}`;
  const origin = `http://${host}:${port}`;
  const flags = ['--data', data, '--content', content, '--listen', listen, '--smtp', post.url, '--base-url', origin];
  if (!limits) flags.push('--no-limits');
  const staff = new Map();
  const add = (account) => {
    if (!staff.has(account.email)) staff.set(account.email, addStaff(data, account));
    return staff.get(account.email);
  };
  let running = await serve(flags, origin, /staff\/welcome\/\S+\s/);
  return {
    origin,
    post,
    /** The one-time link that makes the first administrator. */
    firstLink: running.log().match(/http:\S+\/staff\/welcome\/\S+/)[0],
    add,
    addStaff: () => add(DESK_ACCOUNT),
    addAdministrator: () => add(ADMINISTRATOR),
    /** Hands over a delivery report as a mail server does, and gives what is answered. */
    bounce: (report) => run(['bounce', '--data', data], report),
    /** Ends it and starts it again at the same address, with the same data. */
    async restart() {
      await running.stop();
      running = await serve(flags, origin);
    },
    async stop() {
      try {
        await running.stop();
      } finally {
        post.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Serves the site until it is stopped; it is up when it answers and has said what is expected. */
async function serve(flags, origin, expected = /(?:)/) {
  const child = await launch(flags);
  let log = '';
  const listenTo = (stream) => stream.on('data', (piece) => (log += piece));
  listenTo(child.stdout);
  listenTo(child.stderr);
  let stopping = false;
  const ended = new Promise((done) => {
    child.once('exit', (code, signal) => {
      if (!stopping) process.stderr.write(`\nThe site ended by itself (${signal ?? code}):\n${log}\n`);
      done(signal ?? code);
    });
  });
  await answers(origin, child, () => log, expected);
  return {
    log: () => log,
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const how = await Promise.race([ended, wait(15_000, 'still running', { ref: false })]);
      if (how === 'still running') child.kill('SIGKILL');
      if (how !== 0) throw new Error(`SIGTERM did not end the site well (${how}):\n${log}`);
    },
  };
}

/** The program may be missing for some seconds while it is built anew. */
async function launch(flags) {
  const patience = Date.now() + 60_000;
  for (;;) {
    if (existsSync(PROGRAM)) {
      const child = spawn(PROGRAM, flags, { cwd: ROOT, env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
      const trouble = await new Promise((done) => {
        child.once('spawn', () => done(null));
        child.once('error', done);
      });
      if (!trouble) return child;
    }
    if (Date.now() > patience) throw new Error(`There is no program at ${PROGRAM}: run "cargo build" first`);
    await wait(250);
  }
}

/** What configures the program from outside must not reach it. */
function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MYBACKPAIN_|RUST_LOG$)/.test(name)));
}

async function answers(origin, child, log, expected) {
  const patience = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The site did not start:\n${log()}`);
    try {
      await fetch(origin);
      if (expected.test(log())) return;
    } catch {
      // Not yet.
    }
    if (Date.now() > patience) throw new Error(`The site does not answer:\n${log()}`);
    await wait(50);
  }
}

export function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

async function addStaff(data, { email, name, password, role }) {
  await run(['staff', 'add', email, '--name', name, '--role', role, '--data', data], `${password}\n`);
}

/** Runs one command of the program to its end and gives what it said. */
async function run(flags, input) {
  const child = spawn(PROGRAM, flags, { cwd: ROOT, env: plainEnvironment(), stdio: 'pipe' });
  let [said, trouble] = ['', ''];
  child.stdout.on('data', (piece) => (said += piece));
  child.stderr.on('data', (piece) => (trouble += piece));
  child.stdin.end(input);
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`"${flags[0]}" ended with ${code}:\n${trouble}`);
  return said;
}
