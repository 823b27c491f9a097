import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's; another one by CHROMIUM=/path/to/chrome. */
const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** No talk with the browser's maker, no sandbox that a container cannot give. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openChromium(): Promise<Browser> {
  if (!existsSync(PATH)) {
    throw new Error(
      `there is no Chromium at ${PATH}: install it (Debian: apt-get update && apt-get install -y chromium), ` +
        'or say where it is: CHROMIUM=/path/to/chrome npm run test:browser',
    );
  }
  return chromium.launch({ executablePath: PATH, args: FLAGS });
}

export interface Tab {
  readonly page: Page;
  /** Errors of the console, uncaught ones, and whatever the policy stopped. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** A fresh profile with one page in it. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, complaints, close: () => context.close() };
}

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
