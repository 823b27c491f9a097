import type { Incident } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import type { Catalogue } from './catalogue.ts';
import { serviceName, shown } from './suspect-name.ts';

/** Suspects that began to run another version shortly before the incident, a clause each, newest first. Printable. */
export function deployTexts(
  { changes = [] }: Pick<Incident, 'changes'>,
  { texts, startedAt }: { readonly texts: Catalogue; readonly startedAt: number },
): readonly string[] {
  return changes.map(({ service, from, to, atMs }) => {
    const beforeMs = startedAt - atMs;
    const duration = texts.duration(Math.abs(beforeMs));
    const isSameMinute = Math.abs(beforeMs) < 60_000;
    const when = isSameMinute ? '' : beforeMs > 0 ? texts.before(duration) : texts.after(duration);
    const name = serviceName({ environment: '', namespace: '', name: service });
    return texts.deploy(name, [shown(from), shown(to)], when);
  });
}

/** The same as facts of a message, while the incident is not over. */
export function deployFacts({
  incident,
  event,
  texts,
  startedAt,
}: {
  readonly incident: Incident;
  readonly event: { readonly type: string };
  readonly texts: Catalogue;
  readonly startedAt: number;
}): Message['facts'] {
  if (event.type === 'resolved') return [];
  return deployTexts(incident, { texts, startedAt }).map((value) => ({ label: texts.fact.deploy, value }));
}
