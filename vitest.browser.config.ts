import { defineConfig } from 'vitest/config';

/** Pages in a real Chromium (`npm run test:browser`), apart from `npm test`: it needs a browser, which npm does not bring. */
export default defineConfig({
  test: {
    name: 'browser',
    include: ['test/browser/**/*.browser.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
    expect: { poll: { timeout: 60_000 } },
  },
});
