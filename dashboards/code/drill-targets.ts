import * as loki from '@grafana/grafana-foundation-sdk/loki';
import * as tempo from '@grafana/grafana-foundation-sdk/tempo';
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import type { DrillQuery } from './panels.ts';

/** Lines that a panel asks for at most. */
const MAX_LINES = 200;

/** The data source is the variable of its kind. */
export function drillDatasource({ source }: DrillQuery): { readonly type: string; readonly uid: string } {
  return { type: source, uid: `\${${source}}` };
}

/** What Grafana's data source of the kind takes for a query. */
export function drillTarget(query: DrillQuery, refId: string): cog.Builder<cog.Dataquery> {
  const datasource = drillDatasource(query);
  switch (query.source) {
    case 'loki':
      return new loki.DataqueryBuilder()
        .refId(refId)
        .datasource(datasource)
        .expr(query.expr)
        .legendFormat(query.legend)
        .queryType('range')
        .maxLines(MAX_LINES);
    case 'tempo':
      return new tempo.DataqueryBuilder()
        .refId(refId)
        .datasource(datasource)
        .queryType('traceql')
        .query(query.traceql)
        .limit(query.limit)
        .tableType(tempo.SearchTableType.Traces);
    case 'jaeger': {
      // In no type of the SDK: Grafana's plugin takes an id for `query`.
      const target = { refId, datasource, query: query.traceId, _implementsDataqueryVariant: () => {} };
      return { build: () => target };
    }
  }
}
