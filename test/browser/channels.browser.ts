import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium, openTab } from './chromium.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'channels');
const PAGES = readdirSync(FOLDER).filter((file) => file.endsWith('.html'));
/** Of what people look at; programs' JSON is well read as it is. */
const PICTURED = ['slack-bot', 'feishu-app', 'dingtalk', 'wecom', 'teams', 'email', 'pagerduty', 'jira'];

/** The renderings of docs/channels, which test/channels makes; `SCREENSHOTS=1` takes their pictures. */
describe('a rendering of what a channel was sent', () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await openChromium()));
  afterAll(() => browser.close());

  it.each(PAGES)('%s: shows without a complaint, and loads nothing', async (file) => {
    const tab = await openTab(browser, { viewport: { width: 1280, height: 400 } });
    const { page, complaints } = tab;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`file://${join(FOLDER, file)}`);
    expect(await page.locator('section').count()).toBe(6);
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
    expect(complaints).toEqual([]);
    if (process.env['SCREENSHOTS'] === '1' && PICTURED.includes(file.replace('.html', ''))) {
      mkdirSync(FOLDER, { recursive: true });
      await page.screenshot({ path: join(FOLDER, file.replace('.html', '.png')), fullPage: true });
    }
    await tab.close();
  });
});
