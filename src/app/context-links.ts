import type { Incident } from '../domain/incident.ts';
import type { Link, Locale } from '../domain/message.ts';
import { traceIdForms } from '../domain/trace-id-forms.ts';

/** Templates of the configuration; names in braces are filled in, percent-encoded. */
export interface ContextLinks {
  /** `{traceId}` and `{typicalTraceId}`. */
  readonly compare?: string;
  /** `{traceId}`, `{service}`, `{from}` and `{to}` (ISO 8601), `{fromMs}` and `{toMs}`. */
  readonly logs?: string;
}

export interface LinkedTraces {
  readonly slow: string | undefined;
  readonly typical: string | undefined;
  readonly locale: Locale;
}

/** Logs around an incident: what led to it, and what is written late. */
const MARGIN_MS = 5 * 60_000;

/** Links to the comparison of an incident's traces and to its logs, as far as there are templates and traces. Pure. */
export function contextLinks(incident: Incident, links: ContextLinks, traces: LinkedTraces): readonly Link[] {
  const { slow, typical, locale } = traces;
  const zh = locale === 'zh';
  const made: Link[] = [];
  if (links.compare !== undefined && slow !== undefined && typical !== undefined)
    made.push({
      label: zh ? '对比慢请求与正常请求' : 'Slow and typical trace, compared',
      url: filled(links.compare, incident, traces),
    });
  const logs = logLink(incident, links, traces);
  if (logs !== undefined) made.push({ label: zh ? '日志' : 'Logs', url: logs });
  return made;
}

/** The address of all log lines of the slow trace; undefined without a template or a trace. */
export function logLink(
  incident: Incident,
  { logs }: ContextLinks,
  traces: Omit<LinkedTraces, 'locale'>,
): string | undefined {
  return logs === undefined || traces.slow === undefined ? undefined : filled(logs, incident, traces);
}

function formsOf(name: string, traceId: string | undefined): Readonly<Record<string, string>> {
  if (traceId === undefined) return {};
  const { b3, uber } = traceIdForms(traceId);
  return { [`${name}B3`]: b3, [`${name}Uber`]: uber };
}

function filled(
  template: string,
  incident: Incident,
  { slow, typical }: Omit<LinkedTraces, 'locale'>,
): string {
  const fromMs = incident.startedAt - MARGIN_MS;
  const toMs = (incident.resolvedAt ?? incident.firing.at(-1)?.[1] ?? incident.openedAt) + MARGIN_MS;
  const values: Readonly<Record<string, string>> = {
    traceId: slow ?? '',
    typicalTraceId: typical ?? '',
    ...formsOf('traceId', slow),
    ...formsOf('typicalTraceId', typical),
    service: incident.finalSuspects.at(0)?.service ?? '',
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    fromMs: String(fromMs),
    toMs: String(toMs),
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? encodeURIComponent(values[name].toWellFormed()) : whole,
  );
}
