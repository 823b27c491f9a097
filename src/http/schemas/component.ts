import { Type } from '@sinclair/typebox';
import { literals, next, nullable, text, time } from './common.ts';
import { componentKind, unit } from './incident.ts';

/**
 * `incident`: an open incident suspects it. `odd`: a component lies outside its band now. `unknown`: nothing learned yet.
 */
export const health = literals(['ok', 'odd', 'incident', 'unknown']);

export const componentSchema = Type.Object(
  {
    component: Type.String({ description: 'Key by the component grammar.' }),
    kind: componentKind,
    service: Type.Optional(text),
    operation: Type.Optional(text),
    unit,
    count: Type.Number({ description: 'Traces in the last minute judged.' }),
    observed: Type.Number(),
    expected: Type.Optional(Type.Number({ description: 'By the baseline; absent while it is learning.' })),
    low: Type.Optional(Type.Number()),
    high: Type.Optional(Type.Number()),
    lastSeen: time,
    health,
  },
  { title: 'Component' },
);

export const componentPageSchema = Type.Object({ components: Type.Array(componentSchema), next });

const latency = Type.Object({
  observedUs: Type.Number(),
  expectedUs: nullable(Type.Number()),
});

const calledFields = {
  health,
  incidents: Type.Array(Type.String(), { description: 'Open incidents that suspect it.' }),
  ratePerSecond: Type.Number({ description: 'Over the last minute judged.' }),
  latency: nullable(latency),
  errorRatio: nullable(Type.Number()),
  expectedErrorRatio: nullable(Type.Number()),
};

export const serviceSchema = Type.Object(
  {
    service: Type.String({
      description: 'Identity as in component keys: `name` or `name@environment/namespace`.',
    }),
    name: text,
    environment: text,
    namespace: text,
    components: Type.Integer(),
    learned: Type.Integer({ description: 'Components with a baseline.' }),
    ...calledFields,
  },
  { title: 'Service' },
);

export const servicesSchema = Type.Object({ services: Type.Array(serviceSchema) });

export const serviceMapSchema = Type.Object(
  {
    nodes: Type.Array(
      Type.Object({
        id: Type.String(),
        kind: literals(['service', 'dependency']),
        name: text,
        ...calledFields,
      }),
    ),
    edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), ...calledFields })),
    omitted: Type.Integer({ description: 'Edges beyond the limit, the least used.' }),
  },
  { title: 'ServiceMap' },
);

export const seriesSchema = Type.Object(
  {
    component: Type.String(),
    kind: componentKind,
    unit,
    widthMs: Type.Number(),
    points: Type.Array(
      Type.Object({
        at: time,
        widthMs: Type.Number(),
        count: Type.Number(),
        mean: Type.Number(),
        p50: Type.Optional(Type.Number()),
        p99: Type.Optional(Type.Number()),
        expected: Type.Optional(Type.Number()),
        low: Type.Optional(Type.Number()),
        high: Type.Optional(Type.Number()),
      }),
    ),
  },
  { title: 'Series' },
);
