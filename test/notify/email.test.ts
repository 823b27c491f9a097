import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Channel, checkChannel, createChannel } from '../../src/notify/index.ts';
import type { EmailConfig, Receipt } from '../../src/notify/port.ts';
import { createWallClock } from '../../src/runtime/index.ts';
import { expectGolden } from '../doubles/golden.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { HOSTILE_TEXTS, hostileMessage, hugeMessage } from './hostile.ts';
import { recordingRuntime } from './recording-runtime.ts';

const PASSWORD = 'mail-password-secret';

interface Refusal {
  readonly at: 'auth' | 'rcpt' | 'data';
  readonly code: number;
}

describe('e-mail, to a real SMTP server', () => {
  let server: SMTPServer;
  let port: number;
  let mails: string[];
  let refusal: Refusal | undefined;
  let hangs: boolean;
  let channel: Channel;
  const runtime = recordingRuntime();

  const config = (over: Partial<EmailConfig> = {}): EmailConfig => ({
    type: 'email',
    name: 'mail',
    host: '127.0.0.1',
    port,
    security: 'none',
    user: 'spanwatch',
    password: PASSWORD,
    from: 'Spanwatch <ops@example.com>',
    to: ['ann@example.com', 'bob@example.com'],
    locale: 'en',
    timeoutMs: 10_000,
    ...over,
  });
  const refuse = (at: Refusal['at']): Error | undefined =>
    refusal?.at === at
      ? Object.assign(new Error(`refused ${PASSWORD}`), { responseCode: refusal.code })
      : undefined;

  beforeEach(async () => {
    mails = [];
    refusal = undefined;
    hangs = false;
    server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        const refused = refuse('auth');
        if (refused !== undefined) return done(refused);
        const known = username === 'spanwatch' && password === PASSWORD;
        return known ? done(null, { user: 'spanwatch' }) : done(new Error('no'));
      },
      onRcptTo: (_address, _session, done) => done(refuse('rcpt')),
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (hangs) return;
          const refused = refuse('data');
          if (refused === undefined) mails.push(Buffer.concat(chunks).toString('utf8'));
          done(refused);
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.server.address() as AddressInfo).port;
    channel = createChannel(config(), runtime);
  });
  afterEach(async () => {
    channel.close?.();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  const header = (mail: string, name: string): string | undefined =>
    new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'mi').exec(mail)?.[1].replace(/\r\n[ \t]/g, ' ');

  it('takes a mail with text and HTML', async () => {
    expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'sent' });
    expect(mails).toHaveLength(1);
    expect(header(mails[0], 'Subject')).toBe('P1 payment is slow: 4.4x since 03:12 UTC');
    expect(header(mails[0], 'To')).toBe('ann@example.com, bob@example.com');
    expect(header(mails[0], 'Auto-Submitted')).toBe('auto-generated');
    expect(mails[0]).toContain('text/plain');
    expect(mails[0]).toContain('text/html');
  });

  it('has an incident in one thread, and the same id for the same message', async () => {
    const receipts: (Receipt | undefined)[] = [];
    for (const [sequence, event] of (['opened', 'escalated', 'resolved'] as const).entries()) {
      const outcome = await channel.deliver(aMessage({ sequence: sequence + 1, event }), receipts.at(-1));
      receipts.push(outcome.kind === 'sent' ? outcome.receipt : undefined);
    }
    const ids = mails.map((mail) => header(mail, 'Message-ID'));
    expect(new Set(ids).size).toBe(3);
    expect(header(mails[0], 'References')).toBeUndefined();
    for (const mail of mails.slice(1)) {
      expect(header(mail, 'References')).toBe(ids[0]);
      expect(header(mail, 'In-Reply-To')).toBe(ids[0]);
    }
    await channel.deliver(aMessage({ sequence: 3, event: 'resolved' }), receipts.at(-1));
    expect(header(mails[3], 'Message-ID')).toBe(ids[2]);
  });

  it.each([
    ['auth', 535, 'permanent'],
    ['auth', 454, 'retry'],
    ['rcpt', 550, 'permanent'],
    ['rcpt', 450, 'retry'],
    ['data', 554, 'permanent'],
    ['data', 451, 'retry'],
  ] as const)('takes %s %i for %s, and repeats no word of the server', async (at, code, kind) => {
    refusal = { at, code };
    expect(await channel.deliver(aMessage())).toEqual({ kind, reason: `SMTP ${code}` });
  });

  it('gives up on a wrong password without telling it', async () => {
    const wrong = createChannel(config({ password: 'wrong-secret' }), runtime);
    const outcome = await wrong.deliver(aMessage());
    expect(outcome).toMatchObject({ kind: 'permanent' });
    expect(JSON.stringify(outcome) + JSON.stringify(wrong) + runtime.lines.join('')).not.toContain(
      'wrong-secret',
    );
  });

  it('tries again when nobody listens, and when nobody answers', async () => {
    hangs = true;
    const hasty = createChannel(config({ timeoutMs: 300 }), runtime);
    expect(await hasty.deliver(aMessage())).toEqual({ kind: 'retry', reason: 'no answer in time' });
    hangs = false;
    const nobody = createChannel(config({ port: 9 }), runtime);
    expect(await nobody.deliver(aMessage())).toMatchObject({ kind: 'retry' });
  });

  it('ends an attempt that is aborted', async () => {
    hangs = true;
    const abort = new AbortController();
    const outcome = channel.deliver(aMessage(), undefined, abort.signal);
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'retry' });
  });

  it('will not send a password over a connection that is not protected, when it was to be', async () => {
    const strict = createChannel(config({ security: 'starttls' }), runtime);
    expect((await strict.deliver(aMessage())).kind).not.toBe('sent');
    expect(mails).toEqual([]);
  });

  it.each(HOSTILE_TEXTS)('makes %j inert', async (text) => {
    await channel.deliver(hostileMessage(text));
    const [mail] = mails;
    const html = htmlOf(mail);
    expect(
      html.replace(/<\/?(?:!doctype html|html|body|h2|h3|p|table|tr|th|td|ul|li|a)\b[^<>]*>/g, ''),
    ).not.toMatch(/[<>]/);
    expect(html).not.toMatch(/href="(?!http)|javascript:/);
    const headers = mail.slice(0, mail.indexOf('\r\n\r\n'));
    const names = headers.split(/\r\n(?![ \t])/).map((line) => line.slice(0, line.indexOf(':')));
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('Bcc');
  });

  it('puts no header into a mail that a name holds', async () => {
    await channel.deliver(
      aMessage({ title: 'x\r\nBcc: evil@example.com\r\n\r\nbody', incidentId: 'a\r\nX-Evil: 1' }),
    );
    expect(header(mails[0], 'Bcc')).toBeUndefined();
    expect(header(mails[0], 'X-Evil')).toBeUndefined();
  });

  it('stays small with a huge incident', async () => {
    expect(await channel.deliver(hugeMessage())).toMatchObject({ kind: 'sent' });
    expect(mails[0].length).toBeLessThan(500_000);
  });

  it('is checked by its login, and nobody is disturbed', async () => {
    const clock = createWallClock();
    expect(await checkChannel(config(), clock)).not.toHaveProperty('problem');
    expect(await checkChannel(config({ password: 'wrong' }), clock)).toMatchObject({ problem: 'SMTP 535' });
    expect(await checkChannel(config({ port: 9 }), clock)).toHaveProperty('problem');
    expect(mails).toEqual([]);
  });

  it.each(['en', 'zh'] as const)('renders as it did before, in %s', async (locale) => {
    await channel.deliver(aMessage({ locale }));
    await channel.deliver(aMessage({ locale, sequence: 2, event: 'resolved', severity: 'P2' }));
    const stable = mails.join('\n=====\n').replace(/--_NmP-[0-9a-f-]+/g, '--boundary');
    expectGolden(
      `notify/email.${locale}.txt`,
      stable.replace(/boundary="[^"]+"/g, 'boundary="b"').replaceAll('\r\n', '\n'),
    );
  });
});

/** The HTML part, its transfer encoding undone. */
function htmlOf(mail: string): string {
  const part = mail.slice(mail.indexOf('text/html'));
  const [head, ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n').replace(/\r\n--.*$/s, '');
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
  const soft = body.replace(/=\r\n/g, '');
  const bytes = soft.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return /quoted-printable/i.test(head) ? Buffer.from(bytes, 'latin1').toString('utf8') : body;
}
