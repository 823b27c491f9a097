import { type TProperties, type TString, Type } from '@sinclair/typebox';
import { SEVERITIES } from '../domain/incident.ts';
import { oneOf, partName, webAddress, whole } from './schema-parts.ts';

/** What all channels have. */
export const common = {
  name: partName('Names the channel in logs, metrics and commands.'),
  locale: Type.Optional(
    oneOf(['en', 'zh'], { description: 'Language of this channel; the top-level `locale` unless said.' }),
  ),
  minSeverity: oneOf(SEVERITIES, { description: 'The mildest severity that is sent.', default: 'P2' }),
  maxPerMinute: Type.Optional(
    Type.Integer({
      description:
        "Messages that are sent in any minute; the vendor's documented pace unless said. What waits longer is not lost.",
      minimum: 1,
      maximum: 6000,
    }),
  ),
} satisfies TProperties;

export const http = {
  timeoutMs: whole({
    description: 'Longest that one attempt may take, connecting included.',
    default: 15_000,
    minimum: 100,
    maximum: 120_000,
  }),
} satisfies TProperties;

export const serviceAddress = (description: string, standard?: string): TString =>
  Type.String({
    ...webAddress(description, { query: true }),
    ...(standard === undefined ? {} : { default: standard }),
  });
