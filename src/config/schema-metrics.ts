import { section, whole } from './schema-parts.ts';

/**
 * By the formula of docs/grafana.md the defaults are at most 9,000 + 22,000 + 2,000 series and what entries, peers and incidents
 * add: some 4.5 MB a scrape (`npm run bench:scrape`).
 */
export const metricsSection = section(
  {
    maxServices: whole({
      description: 'Services with series of their own in `/metrics`: 30 each.',
      default: 300,
      minimum: 0,
      maximum: 10_000,
    }),
    maxOperations: whole({
      description: 'Operations with series of their own: 11 each, 18 for those that traces enter at.',
      default: 2_000,
      minimum: 0,
      maximum: 100_000,
    }),
    maxCalls: whole({
      description:
        'Pairs of a service and what it calls with series of their own: 1 each, 6 for what sends no spans.',
      default: 2_000,
      minimum: 0,
      maximum: 100_000,
    }),
    maxParts: whole({
      description:
        'Instances, versions and hosts of services that have several, with series of their own: 4 each.',
      default: 1_000,
      minimum: 0,
      maximum: 100_000,
    }),
  },
  {
    description:
      'How many names of spans become labels in `/metrics`: first come, first served; who is not seen for an hour leaves. What has none is still judged.',
  },
);
