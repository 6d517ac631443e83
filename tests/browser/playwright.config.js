import { availableParallelism } from 'node:os';

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  globalSetup: './support/setup.js',
  fullyParallel: true,
  forbidOnly: true,
  // One more than there are cores: each waits for its site and its browser now and then.
  workers: availableParallelism() + 1,
  retries: 0,
  reporter: 'line',
  timeout: 120_000,
  expect: { timeout: 5_000 },
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    // Pages scroll smoothly for people who did not ask for less motion; tests do not wait for it.
    reducedMotion: 'reduce',
    actionTimeout: 10_000,
    navigationTimeout: 30_000,
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'with script' },
    { name: 'without script', testMatch: /(journey|keyboard|assessment|autofill|forms)\.spec\.js$/, use: { javaScriptEnabled: false } },
  ],
});
