import type { Incident } from '../domain/incident.ts';
import type { Link } from '../domain/message.ts';
import type { Catalogue } from './catalogue.ts';

/** The incident's page, when its address is known; the id is percent-encoded. */
export function incidentLinks(
  incident: Incident,
  links: { readonly incidentUrl?: string },
  texts: Catalogue,
): Link[] {
  if (links.incidentUrl === undefined) return [];
  return [
    {
      label: texts.link.incident,
      url: links.incidentUrl.replaceAll('{incidentId}', encodeURIComponent(incident.id.toWellFormed())),
    },
  ];
}
