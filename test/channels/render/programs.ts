import type { Mail } from '../../doubles/mailbox.ts';
import {
  asArray,
  asText,
  at,
  facts,
  json,
  type JsonObject,
  link,
  objects,
  paragraphs,
  text,
} from './markup.ts';

export function pagerduty(payload: JsonObject): string {
  const shown = at(payload, 'payload');
  const head = facts([
    ['Action', asText(payload['event_action'])],
    ['Alert key', asText(payload['dedup_key'])],
    ...(shown === undefined ? [] : [['Severity', asText(shown['severity'])] as const]),
  ]);
  if (shown === undefined) return head;
  const links = objects(payload['links']).map((one) => link(asText(one['text']), asText(one['href'])));
  return `<h3>${text(asText(shown['summary']))}</h3>${head}${json(shown['custom_details'])}<p>${links.join(' · ')}</p>`;
}

export function alertmanager(payload: JsonObject): string {
  return objects(payload['alerts'])
    .map((alert) => {
      const labels = Object.entries(at(alert, 'labels') ?? {}).map(
        ([name, value]) => `<code>${text(`${name}="${asText(value)}"`)}</code>`,
      );
      const annotations = Object.entries(at(alert, 'annotations') ?? {});
      const times = [
        ['startsAt', asText(alert['startsAt'])],
        ['endsAt', asText(alert['endsAt'])],
      ] as const;
      return `<p>${labels.join(' ')}</p>${facts([...annotations.map(([name, value]) => [name, asText(value)] as const), ...times])}`;
    })
    .join('<hr>');
}

/** A CloudEvent, as programs get it. */
export function cloudEvent(payload: JsonObject): string {
  return json(payload);
}

export function terminal(payload: string): string {
  return `<pre>${text(payload)}</pre>`;
}

export function email({ headers, html }: Mail): string {
  const shown = ['from', 'to', 'subject', 'message-id', 'references']
    .filter((name) => headers[name] !== undefined)
    .map((name) => [name, headers[name]] as const);
  // Ours, and escaped by us: what a mail program shows.
  const body = /<body[^>]*>(.*)<\/body>/s.exec(html)?.[1] ?? '';
  return `${facts(shown)}<div class="mail">${body}</div>`;
}

/** What Jira was asked for: a new issue, a comment, a transition; the description and comments are ADF. */
export function jira(payload: JsonObject): string {
  const fields = at(payload, 'fields');
  if (fields !== undefined) {
    const labels = asArray(fields['labels']).map((one) => `<code>${text(asText(one))}</code>`);
    return `<h3>${text(asText(fields['summary']))}</h3><p>${labels.join(' ')}</p>${adf(at(fields, 'description'))}`;
  }
  if (payload['body'] !== undefined) return `<p class="muted">a comment</p>${adf(at(payload, 'body'))}`;
  if (payload['transition'] !== undefined) {
    return `<p class="muted">transition ${text(asText(at(payload, 'transition')?.['id']))}</p>`;
  }
  return json(payload);
}

function adf(node: JsonObject | undefined): string {
  if (node === undefined) return '';
  const inner = (): string => objects(node['content']).map(adf).join('');
  switch (node['type']) {
    case 'text': {
      const marks = objects(node['marks']);
      const href = marks.map((mark) => asText(at(mark, 'attrs')?.['href'])).find((one) => one !== '');
      const shown = href === undefined ? text(asText(node['text'])) : link(asText(node['text']), href);
      return marks.some((mark) => mark['type'] === 'strong') ? `<b>${shown}</b>` : shown;
    }
    case 'hardBreak':
      return '<br>';
    case 'heading':
      return `<p><b>${inner()}</b></p>`;
    case 'bulletList':
    case 'orderedList':
      return `<ul>${inner()}</ul>`;
    case 'listItem':
      return `<li>${inner()}</li>`;
    case 'paragraph':
      return `<p>${inner()}</p>`;
    default:
      return inner();
  }
}

export { paragraphs };
