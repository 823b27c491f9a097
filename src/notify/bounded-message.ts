import type { Message, MessageTrace } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';

/**
 * A message whose texts are one line of visible characters each, cut to what a person reads, and whose lists are
 * short: whatever spans are named, it has at most some 40,000 characters.
 */
export function bounded(message: Message): Message {
  return {
    ...message,
    title: printable(message.title, 300),
    summary: printable(message.summary, 1000),
    facts: message.facts
      .slice(0, 10)
      .map(({ label, value }) => ({ label: printable(label, 60), value: printable(value, 900) })),
    suspects: message.suspects.slice(0, 5).map((suspect) => ({
      ...suspect,
      name: printable(suspect.name, 300),
      ...(suspect.service && { service: boundedService(suspect.service) }),
      why: printable(suspect.why, 600),
    })),
    evidence: message.evidence.slice(0, 10).map((line) => printable(line, 500)),
    traces: message.traces.slice(0, 6).map(boundedTrace),
    logs: message.logs.slice(0, 10).map((line) => printable(line, 500)),
    nextSteps: message.nextSteps.slice(0, 5).map((step) => printable(step, 400)),
    links: message.links
      .slice(0, 5)
      .filter((link) => isWebUrl(link.url))
      .map((link) => ({ ...link, label: printable(link.label, 60) })),
  };
}

function boundedService({ environment, namespace, name }: ServiceIdentity): ServiceIdentity {
  return {
    environment: printable(environment, 200),
    namespace: printable(namespace, 200),
    name: printable(name, 200),
  };
}

function boundedTrace({ role, traceId, label, url }: MessageTrace): MessageTrace {
  const named = label === undefined ? {} : { label: printable(label, 60) };
  const bare = { role, traceId: printable(traceId, 64), ...named };
  return url === undefined || !isWebUrl(url) ? bare : { ...bare, url };
}

/** Links are made by us, from configuration; one that a browser would not open as a page is left out. */
export function isWebUrl(url: string): boolean {
  return url.length <= MAX_URL_LENGTH && /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** Slack's limit for a link, the strictest of the channels. */
const MAX_URL_LENGTH = 3000;

/**
 * What is left out when a body is too large, in this order: logs, evidence beyond three, suspects beyond the first,
 * all evidence, next steps beyond the first, facts beyond three, traces beyond two; in the end every text is cut to 200
 * characters. Title, summary and the first suspect always stay.
 */
const REDUCTIONS: readonly ((message: Message) => Message)[] = [
  (m) => m,
  (m) => ({ ...m, logs: [] }),
  (m) => ({ ...m, evidence: m.evidence.slice(0, 3) }),
  (m) => ({ ...m, suspects: m.suspects.slice(0, 1) }),
  (m) => ({ ...m, evidence: [] }),
  (m) => ({ ...m, nextSteps: m.nextSteps.slice(0, 1) }),
  (m) => ({ ...m, facts: m.facts.slice(0, 3) }),
  (m) => ({ ...m, traces: m.traces.slice(0, 2), links: m.links.slice(0, 1) }),
  (m) => ({
    ...m,
    title: printable(m.title, 200),
    summary: printable(m.summary, 200),
    facts: m.facts.map(({ label, value }) => ({ label, value: printable(value, 200) })),
    suspects: m.suspects.map(({ service: _service, ...s }) => ({
      ...s,
      name: printable(s.name, 200),
      why: printable(s.why, 200),
    })),
    nextSteps: m.nextSteps.map((step) => printable(step, 200)),
    traces: m.traces.map(({ role, traceId }) => ({ role, traceId })),
    links: [],
  }),
];

/** The first rendering, by the order above, that has at most `maxBytes` bytes of UTF-8. */
export function renderWithin(
  message: Message,
  maxBytes: number,
  render: (message: Message) => string,
): string {
  let reduced = bounded(message);
  let body = '';
  for (const reduce of REDUCTIONS) {
    reduced = reduce(reduced);
    body = render(reduced);
    if (Buffer.byteLength(body) <= maxBytes) break;
  }
  return body;
}
