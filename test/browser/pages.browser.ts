import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../bench/verify/spanwatch-process.ts';
import { openChromium, openTab, PHONE, type Tab } from './chromium.ts';
import { type Stage, startStage } from './stage.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** `SCREENSHOTS=1` writes docs/pages/*.png anew. */
const SHOTS = process.env['SCREENSHOTS'] === '1' ? `${REPOSITORY}docs/pages/` : undefined;

let stage: Stage;
let browser: Browser;
beforeAll(async () => {
  browser = await openChromium();
  stage = await startStage();
});
afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

const tabs: Tab[] = [];
afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

async function open(path: string, options: Parameters<typeof openTab>[1] = {}): Promise<Tab> {
  const tab = await openTab(browser, options);
  tabs.push(tab);
  const address = path.startsWith('http') ? path : `${stage.service.http}${path}`;
  const response = await tab.page.goto(address);
  expect(response?.status()).toBe(200);
  return tab;
}

const PATHS = (): readonly string[] => [
  '/',
  new URL(stage.incident).pathname,
  '/map',
  '/services',
  '/services/payment%40demo%2Fshop',
  '/status',
  '/login',
];

/** Part of the pixels of each chart that differ from its corner. */
function inkOf(page: Page): Promise<number[]> {
  // A text, because the browser's globals are not those of these tests.
  return page.evaluate(`[...document.querySelectorAll('canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) ink++;
    return ink / (data.length / 4);
  })`);
}

describe('an incident, opened from the link in a message', () => {
  it('says in one sentence what is wrong, and shows charts and two waterfalls with the excess marked', async () => {
    const { page, complaints } = await open(stage.incident);
    const headline = await page.locator('h1').innerText();
    expect(headline).toMatch(
      /^payment is slow: \+\d+ ms (so far )?(at its worst )?\(.*normally .*\) since \d\d:\d\d UTC; .*payment/,
    );
    expect(await page.title()).toContain('payment is slow');
    await page.locator('canvas').nth(1).waitFor();
    // Whatever was to be drawn when they came is drawn in the frame after next.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    const ink = await inkOf(page);
    expect(ink.length).toBeGreaterThan(1);
    for (const part of ink) expect(part).toBeGreaterThan(0.02);
    const waterfalls = page.locator('.waterfall table');
    expect(await waterfalls.count()).toBe(2);
    expect(await waterfalls.first().locator('tr.excess').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/payment[\s\S]*\+\d+ ms/)]),
    );
    expect(await page.locator('#told').innerText()).toMatch(/on-call sent/);
    expect(await page.locator('.suspects > li').first().innerText()).toMatch(/^payment/);
    expect(complaints).toEqual([]);
  });

  it('works without scripts: a form acknowledges, every figure is there', async () => {
    const { page } = await open('/', { javaScriptEnabled: false });
    await page.getByRole('link', { name: /payment is slow/ }).click();
    await page.locator('.waterfall').nth(1).waitFor();
    expect(await page.locator('.waterfall').count()).toBe(2);
    expect(await page.locator('figcaption').first().innerText()).toMatch(/\d+ m?s\s+normally/);
    await page.getByLabel('Your name').fill('Dan');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.locator('.headline').getByText('Dan is on it').waitFor();
    expect(await page.locator('#timeline').innerText()).toMatch(/Acknowledged by Dan/);
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
  });

  it('can be noted and judged, and the page says who did', async () => {
    const { page, complaints } = await open(stage.incident);
    await page.getByLabel('Your name').fill('Ann');
    await page.getByLabel('Note').fill('looking at <b>Charge</b> & "co"');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('looking at <b>Charge</b> & "co"').waitFor();
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ann');
    await page.getByText('Was this a false alarm?').click();
    await page.getByRole('button', { name: 'Not an anomaly' }).click();
    await page.locator('#timeline').getByText('not an anomaly').waitFor();
    expect(complaints).toEqual([]);
  });

  it('whoever was slower is told so, and nothing is done', async () => {
    const { page } = await open(stage.incident);
    await page.getByLabel('Your name').fill('Bob');
    await page.evaluate(`document.querySelector('[name=revision]').value = '1'`);
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.locator('h1').getByText('Somebody was faster', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Look at the incident' }).click();
    await page.locator('.headline').waitFor();
    expect(await page.locator('.headline').getAttribute('class')).not.toContain('resolved');
  });

  it('changes by itself while it is open, and what is being typed stays', async () => {
    const { page, complaints } = await open(stage.incident);
    await page.getByLabel('Note').fill('half a thought');
    const api = `${stage.service.http}/api/v1/incidents/${new URL(stage.incident).pathname.split('/')[2]}/notes`;
    const posted = await fetch(api, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ by: 'Cleo', text: 'rolled back' }),
    });
    expect(posted.status).toBe(200);
    await page.locator('#timeline').getByText('rolled back').waitFor();
    expect(await page.getByLabel('Note').inputValue()).toBe('half a thought');
    expect(complaints).toEqual([]);
  });

  it('speaks Chinese when asked', async () => {
    const { page } = await open(`${stage.incident}?lang=zh`);
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
    expect(await page.locator('#suspects-title').innerText()).toBe('嫌疑');
    await page.getByRole('link', { name: '服务' }).click();
    await page.locator('h1').getByText('服务', { exact: true }).waitFor();
  });
});

describe('every page', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no serious problem for axe, nothing for the policy to stop, in the ${colorScheme}`, async () => {
      for (const path of PATHS()) {
        const { page, complaints } = await open(path, { colorScheme, bypassCSP: false });
        await page.waitForLoadState('load');
        // Through the debugger, so that the page's own policy stays as it is.
        const problems = await page.evaluate(`${AXE}; axe.run().then(({ violations }) => violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 200) + failureSummary).join(' | ')))`);
        expect({ path, problems }).toEqual({ path, problems: [] });
        expect({ path, complaints }).toEqual({ path, complaints: [] });
      }
    });
  }

  it('fits a phone: nothing is wider than 390 px, and buttons are big enough for a thumb', async () => {
    for (const path of PATHS()) {
      const { page } = await open(path, PHONE);
      await page.waitForLoadState('load');
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect({ path, width }).toEqual({ path, width: 390 });
      const heights = await page
        .locator('button:visible')
        .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().height));
      for (const height of heights) expect(height).toBeGreaterThanOrEqual(44);
    }
  });

  it('is sent with a policy that allows nothing inline', async () => {
    for (const path of PATHS()) {
      const { headers } = await fetch(`${stage.service.http}${path}`);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    }
  });
});

describe.runIf(SHOTS !== undefined)('the pictures of docs/pages', () => {
  it('are taken', async () => {
    mkdirSync(SHOTS!, { recursive: true });
    const incident = new URL(stage.incident).pathname;
    const pictures = [
      ['incidents', '/', {}],
      ['incident', incident, {}],
      ['incident-dark', incident, { colorScheme: 'dark' }],
      ['incident-phone', incident, PHONE],
      ['map', '/map', {}],
      ['services', '/services', {}],
      ['status', '/status', {}],
    ] as const;
    for (const [name, path, options] of pictures) {
      const { page } = await open(path, options);
      await page.waitForTimeout(500);
      const fullPage = name === 'incident' || name === 'map';
      await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage });
    }
  });
});
