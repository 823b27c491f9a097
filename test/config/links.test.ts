import { describe, expect, it } from 'vitest';
import { contextLinks } from '../../src/app/context-links.ts';
import { parseConfig } from '../../src/config/index.ts';
import { composeMessage } from '../../src/messages/index.ts';
import { anIncident, opened } from '../doubles/incident-story.ts';

const SLOW = '0000000000000000aaaaaaaaaaaaaaa1';
const TYPICAL = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2';

/** The links that people get with a line of configuration. */
function linksOf(line: string): { readonly trace: string | undefined; readonly compare: string | undefined } {
  const outcome = parseConfig(`links: {${line}}`, 'f.yaml');
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const { links } = outcome.config;
  const [shape] = anIncident().exemplars;
  const incident = anIncident({ exemplars: [{ ...shape, traceId: SLOW, typicalTraceId: TYPICAL }] });
  const message = composeMessage({
    ...{ incident, event: opened(incident), locale: 'en' },
    links: links.trace === undefined ? {} : { traceUrl: links.trace },
  });
  const [compare] = contextLinks(incident, links, { slow: SLOW, typical: TYPICAL, locale: 'en' });
  return { trace: message.traces[0].url, compare: compare?.url };
}

const pane = (id: string) =>
  `%3A%7B%22datasource%22%3A%22tempo-1%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22tempo%22%2C%22uid%22%3A%22tempo-1%22%7D%2C%22queryType%22%3A%22traceql%22%2C%22query%22%3A%22${id}%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22now-1h%22%2C%22to%22%3A%22now%22%7D%7D`;

describe('a viewer in one line', () => {
  it.each([
    [
      'viewer: {type: jaeger, url: "https://jaeger.example/ui/"}',
      `https://jaeger.example/ui/trace/${SLOW}`,
      `https://jaeger.example/ui/trace/${SLOW}...${TYPICAL}?cohort=${SLOW}&cohort=${TYPICAL}`,
    ],
    [
      'viewer: {type: tempo, url: "https://grafana.example", datasource: tempo-1, orgId: 7}',
      `https://grafana.example/explore?schemaVersion=1&orgId=7&panes=%7B%22traceId%22${pane(SLOW)}%7D`,
      `https://grafana.example/explore?schemaVersion=1&orgId=7&panes=%7B%22traceId%22${pane(SLOW)}%2C%22typicalTraceId%22${pane(TYPICAL)}%7D`,
    ],
    [
      'viewer: {type: kibana, url: "https://kibana.example/s/shop"}',
      `https://kibana.example/s/shop/app/apm/link-to/trace/${SLOW}?rangeFrom=now-30d&rangeTo=now`,
      undefined,
    ],
    [
      'viewer: {type: zipkin, url: "https://zipkin.example/zipkin"}',
      `https://zipkin.example/zipkin/traces/${SLOW}`,
      undefined,
    ],
    [
      'viewer: {type: zipkin, url: "https://zipkin.example/zipkin", shortIds: true}',
      'https://zipkin.example/zipkin/traces/aaaaaaaaaaaaaaa1',
      undefined,
    ],
    [
      'trace: "https://traces.example/{traceIdUber}", compare: "https://traces.example/{traceId}/{typicalTraceId}"',
      'https://traces.example/aaaaaaaaaaaaaaa1',
      `https://traces.example/${SLOW}/${TYPICAL}`,
    ],
    [
      'viewer: {type: jaeger, url: "https://jaeger.example"}, trace: "https://traces.example/{traceId}"',
      `https://traces.example/${SLOW}`,
      `https://jaeger.example/trace/${SLOW}...${TYPICAL}?cohort=${SLOW}&cohort=${TYPICAL}`,
    ],
  ])('%s', (line, trace, compare) => {
    expect(linksOf(line)).toEqual({ trace, compare });
  });

  it('gives addresses whose panes Grafana can read', () => {
    const { compare = '' } = linksOf('viewer: {type: tempo, url: "https://grafana.example", datasource: t}');
    const panes = JSON.parse(new URL(compare).searchParams.get('panes') ?? '') as Record<string, unknown>;
    expect(panes).toMatchObject({
      traceId: { datasource: 't', queries: [{ query: SLOW, datasource: { uid: 't' } }] },
      typicalTraceId: { queries: [{ query: TYPICAL }] },
    });
  });

  it('is refused by its line and key', () => {
    const outcome = parseConfig(
      'links: {viewer: {type: tempo, url: "https://u:p@g.example/x?y", datasource: "{traceId}"}}',
      'f.yaml',
    );
    expect(outcome).toMatchObject({ ok: false });
    const problems = outcome.ok ? [] : outcome.problems.map(({ path }) => path);
    expect(problems).toEqual(['links.viewer.url', 'links.viewer.datasource']);
  });
});
