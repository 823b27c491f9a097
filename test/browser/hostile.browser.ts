import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOSTILE, storyOf } from '../http/pages/stage.ts';
import { createTestServer } from '../http/test-server.ts';
import { openChromium, openTab } from './chromium.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser?.close());

it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 50), text]))(
  'everything is named %s: it stays text, nothing runs, nothing is fetched from elsewhere',
  async (_, text) => {
    const { incident, parts } = storyOf(text);
    const server = createTestServer({}, parts);
    await server.start();
    const tab = await openTab(browser);
    try {
      const elsewhere: string[] = [];
      tab.page.on('request', (one) => {
        if (!one.url().startsWith(server.url)) elsewhere.push(one.url());
      });
      for (const path of ['/', `/incidents/${incident.id}`, '/map', '/services', '/status']) {
        await tab.page.goto(`${server.url}${path}`);
        await tab.page.waitForLoadState('load');
        expect(await tab.page.evaluate('window.pwned === undefined')).toBe(true);
      }
      expect(elsewhere).toEqual([]);
      expect(tab.complaints).toEqual([]);
    } finally {
      await tab.close();
      await server.shutdown();
    }
  },
);
