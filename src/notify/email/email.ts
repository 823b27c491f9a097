import { createHash } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import type { Message } from '../../domain/message.ts';
import { bounded } from '../bounded-message.ts';
import type { Channel, DeliveryOutcome, EmailConfig, Receipt } from '../port.ts';
import { renderHtml, renderText } from './render.ts';

/** No rule of a vendor: what a mailbox provider takes from one sender without a frown. */
const PACE = { perMinute: 30, burst: 5 };
const DEFAULT_TIMEOUT_MS = 15_000;
/** Codes of nodemailer that stay what they are, where the server gave no number of its own. */
const FINAL_CODES = ['EAUTH', 'ENOAUTH', 'ECONFIG', 'EREQUIRETLS', 'EENVELOPE', 'EMAXRECIPIENTS'];

/**
 * E-mail by SMTP: text and HTML, an incident's mails threaded by `References` (RFC 5322, 3.6.4). A mail's `Message-ID` is
 * made from the message's id, so that a mailbox can tell a duplicate. The receipt holds the first mail's.
 */
export function createEmail(config: EmailConfig): Channel {
  const transport = createMailTransport(config);
  return {
    name: config.name,
    pace: PACE,
    close: () => transport.close(),
    deliver: async (unbounded, receipt, signal) => {
      const message = bounded(unbounded);
      const id = messageId(message.id, config.from);
      const root = message.event === 'digest' ? undefined : receipt?.['root'];
      const timeout = AbortSignal.timeout(config.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      const ended = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      try {
        await Promise.race([transport.sendMail(mailOf(message, { config, id, root })), aborted(ended)]);
        const kept: Receipt = { root: root ?? id };
        return message.event === 'digest' ? { kind: 'sent' } : { kind: 'sent', receipt: kept };
      } catch (error) {
        if (timeout.aborted) return { kind: 'retry', reason: 'no answer in time' };
        if (ended.aborted) return { kind: 'retry', reason: 'given up: shutting down' };
        return outcomeOf(error);
      }
    },
  };
}

export function createMailTransport(config: EmailConfig): Transporter {
  const timeoutMs = config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return createTransport({
    host: config.host,
    port: config.port,
    secure: config.security === 'tls',
    requireTLS: config.security === 'starttls',
    ignoreTLS: config.security === 'none',
    ...(config.user === undefined ? {} : { auth: { user: config.user, pass: config.password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** The server's number decides (RFC 5321, 4.2.1: 4 may pass, 5 will not), else nodemailer's code; texts are not told. */
export function outcomeOf(error: unknown): Exclude<DeliveryOutcome, { kind: 'sent' }> {
  const status = numberIn(error, 'responseCode');
  if (status !== undefined) {
    return { kind: status >= 500 ? 'permanent' : 'retry', reason: `SMTP ${status}` };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const shown = /^E[A-Z0-9_]{2,30}$/.test(code) ? code : 'unknown reason';
  return FINAL_CODES.includes(code)
    ? { kind: 'permanent', reason: `not accepted (${shown})` }
    : { kind: 'retry', reason: `no connection (${shown})` };
}

function numberIn(error: unknown, name: string): number | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === 'number' ? value : undefined;
}

function mailOf(
  message: Message,
  {
    config,
    id,
    root,
  }: { readonly config: EmailConfig; readonly id: string; readonly root: string | undefined },
): Parameters<Transporter['sendMail']>[0] {
  return {
    from: config.from,
    to: [...config.to],
    subject: message.title || 'Spanwatch',
    messageId: id,
    ...(root === undefined ? {} : { inReplyTo: root, references: [root] }),
    text: renderText(message),
    html: renderHtml(message),
    date: new Date(message.createdAt),
    headers: {
      // RFC 3834: no holiday answers, please.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Spanwatch-Incident': message.incidentId.replace(/[^\w.-]/g, '_').slice(0, 200),
    },
  };
}

/** `<words@domain>`, of the sender's domain; ids with other characters are hashed. */
function messageId(id: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost';
  const local = /^[\w.-]{1,60}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
  return `<${local}@${domain}>`;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(new Error('aborted'));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
