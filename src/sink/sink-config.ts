import type { ElasticsearchAccess } from '../runtime/elasticsearch.ts';

export interface ElasticsearchSinkConfig extends ElasticsearchAccess {
  readonly name: string;
  /** What the names of all indices, templates and policies begin with. */
  readonly prefix: string;
  readonly retentionDays: number;
  /** Of a bulk request's body. */
  readonly maxBulkBytes: number;
}

/** Raised with each change of what is in the templates: a server that has a newer one keeps it. */
export const TEMPLATE_VERSION = 1;

export interface IndexNames {
  readonly incidents: string;
  readonly events: string;
  readonly traces: string;
}

/** Incidents by the month of their opening; events and traces are data streams. */
export function indexNames(prefix: string): IndexNames {
  return { incidents: `${prefix}-incidents`, events: `${prefix}-events`, traces: `${prefix}-traces` };
}

/** The index of an incident that opened at `openedAt` (epoch ms): always the same one, so that it is one document. */
export function incidentIndex(prefix: string, openedAt: number): string {
  const month = new Date(openedAt).toISOString().slice(0, 7).replace('-', '.');
  return `${indexNames(prefix).incidents}-${month}`;
}
