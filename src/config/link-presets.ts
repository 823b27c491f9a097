import type { Static } from '@sinclair/typebox';
import type { linksSection } from './schema-links.ts';

type Links = Static<typeof linksSection>;
type Viewer = NonNullable<Links['viewer']>;
type Templates = Pick<Links, 'trace' | 'compare'>;

/** The same with the templates of its viewer, where it has none of its own. Pure. */
export function withPresets(links: Links): Links {
  const { viewer } = links;
  return viewer === undefined ? links : { ...templatesOf(viewer), ...links };
}

/** Kibana finds a trace only within a range; what is older than a month is not looked at from a message. */
const KIBANA_RANGE = 'rangeFrom=now-30d&rangeTo=now';

function templatesOf(viewer: Viewer): Templates {
  const base = viewer.url.replace(/\/+$/, '');
  switch (viewer.type) {
    case 'jaeger':
      // jaeger-ui, TraceDiff/url.tsx: /trace/A...B, and the cohort from which A and B are chosen.
      return {
        trace: `${base}/trace/{traceId}`,
        compare: `${base}/trace/{traceId}...{typicalTraceId}?cohort={traceId}&cohort={typicalTraceId}`,
      };
    case 'tempo':
      return {
        trace: explore(base, viewer, ['traceId']),
        compare: explore(base, viewer, ['traceId', 'typicalTraceId']),
      };
    case 'kibana':
      // elastic/kibana, x-pack apm, routing of /link-to/trace/{traceId}: finds the trace's root and leads to it.
      return { trace: `${base}/app/apm/link-to/trace/{traceId}?${KIBANA_RANGE}` };
    case 'zipkin':
      // openzipkin/zipkin, zipkin-lens: /zipkin/traces/ID.
      return { trace: `${base}/traces/${viewer.shortIds ? '{traceIdB3}' : '{traceId}'}` };
  }
}

/**
 * Explore with a pane for each trace (grafana/grafana, public/app/features/explore, URLs of schema version 1). A query
 * that is an id alone is asked for as a trace, whatever the range is.
 */
function explore(
  base: string,
  { datasource: uid, orgId }: Extract<Viewer, { type: 'tempo' }>,
  traces: readonly ('traceId' | 'typicalTraceId')[],
): string {
  const pane = (query: string): object => ({
    datasource: uid,
    queries: [{ refId: 'A', datasource: { type: 'tempo', uid }, queryType: 'traceql', query }],
    range: { from: 'now-1h', to: 'now' },
  });
  const panes = Object.fromEntries(traces.map((name) => [name, pane(`<${name}>`)]));
  // What is in the template's own braces is filled in later; the JSON's are encoded.
  const encoded = encodeURIComponent(JSON.stringify(panes)).replace(/%3C(\w+)%3E/g, '{$1}');
  return `${base}/explore?schemaVersion=1&orgId=${orgId}&panes=${encoded}`;
}
