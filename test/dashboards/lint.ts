/** What the linter reads of a dashboard's JSON. */
export interface Linted {
  id: number | null;
  uid: string;
  title: string;
  schemaVersion: number;
  tags: string[];
  links: { type: string; keepTime: boolean; includeVars: boolean; tags: string[] }[];
  templating: { list: { name: string; type: string }[] };
  panels: LintedPanel[];
}

export interface LintedPanel {
  id: number;
  title: string;
  description: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource: { type: string; uid: string };
  targets: LintedTarget[];
  fieldConfig: { defaults: { unit?: string } };
}

export interface LintedTarget {
  refId: string;
  /** To Prometheus. */
  expr: string;
  /** To Elasticsearch. */
  query?: string;
  metrics?: { type: string; field?: string }[];
  bucketAggs?: { type: string; field?: string }[];
  datasource: { uid: string };
}

/** Grafana's own limit of a uid. */
const MAX_UID = 40;
const COLUMNS = 24;
/** At 1280 px a column is some 51 px; a title's letter 8 px, a Chinese one 15; menus and padding take 40. */
const WIDTH_PX = 1280;
const [LETTER_PX, WIDE_LETTER_PX, PADDING_PX] = [8, 15, 40];
/** Below it a chart's axes meet. */
const LEAST_WIDTH = {
  timeseries: 8,
  heatmap: 8,
  table: 8,
  'state-timeline': 8,
  stat: 3,
  logs: 12,
  traces: 24,
} as const;
/** The variable that each kind of data source is chosen by. */
const SOURCE_VARIABLES: Readonly<Record<string, string>> = {
  ...{ prometheus: 'datasource', elasticsearch: 'documents', loki: 'loki', jaeger: 'jaeger', tempo: 'tempo' },
};
const BUILT_IN = new Set(['__rate_interval', '__interval', '__range']);
/** Counters that are shown as they are: how many in all. */
const SHOWN_AS_TOTAL = new Set(['spanwatch_openings_total', 'spanwatch_notifications_total']);

/** The rules of grafana/dashboard-linter as far as they concern us, and ours; an empty list when all are kept. */
export function lintDashboard(
  dashboard: Linted,
  exported: ReadonlySet<string>,
  indexed: ReadonlySet<string> = new Set(),
): string[] {
  const problems: string[] = [];
  if (dashboard.id !== null) problems.push('id must be null');
  if (dashboard.schemaVersion !== 39) problems.push('schemaVersion must be 39');
  if (dashboard.uid === '' || dashboard.uid.length > MAX_UID) problems.push('uid has 1 to 40 characters');
  if (dashboard.title === '') problems.push('no title');
  const variables = new Set(dashboard.templating.list.map(({ name }) => name));
  if (!dashboard.templating.list.some(({ name, type }) => name === 'datasource' && type === 'datasource'))
    problems.push('no data source variable');
  for (const panel of dashboard.panels)
    problems.push(
      ...lintPanel(panel, { exported, indexed, variables }).map((said) => `${panel.title}: ${said}`),
    );
  return [...problems, ...placement(dashboard.panels)];
}

interface Known {
  readonly exported: ReadonlySet<string>;
  /** Fields that the sink's templates index. */
  readonly indexed: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
}

function lintPanel(panel: LintedPanel, known: Known): string[] {
  const problems: string[] = [];
  if (panel.title === '') problems.push('no title');
  if (panel.description === '') problems.push('no description');
  if ((panel.fieldConfig.defaults.unit ?? '') === '') problems.push('no unit');
  if (panel.targets.length === 0) problems.push('no query');
  const sources = [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)];
  const isOfDocuments = panel.datasource.type === 'elasticsearch';
  const variable = SOURCE_VARIABLES[panel.datasource.type] ?? '';
  if (sources.some(({ uid }) => uid !== `\${${variable}}`) || !known.variables.has(variable))
    problems.push('the data source is not the variable');
  const refIds = panel.targets.map(({ refId }) => refId);
  if (new Set(refIds).size < refIds.length) problems.push('a refId twice');
  const letters = [...panel.title].reduce(
    (sum, one) => sum + (/\p{Script=Han}/u.test(one) ? WIDE_LETTER_PX : LETTER_PX),
    0,
  );
  if (letters + PADDING_PX > (panel.gridPos.w * WIDTH_PX) / COLUMNS)
    problems.push('title is cut off at 1280 px');
  if (panel.gridPos.w < LEAST_WIDTH[panel.type as keyof typeof LEAST_WIDTH])
    problems.push('too narrow to be legible at 1280 px');
  return [
    ...problems,
    ...panel.targets.flatMap((target) =>
      isOfDocuments
        ? lintDocumentQuery(target, known)
        : panel.datasource.type === 'prometheus'
          ? lintQuery(target.expr, known)
          : lintDrill(`${target.expr ?? ''}${target.query ?? ''}`, known),
    ),
  ];
}

/** Fields that are asked for must be indexed, and variables be there. */
function lintDocumentQuery(
  { query = '', metrics = [], bucketAggs = [] }: LintedTarget,
  { indexed, variables }: Known,
): string[] {
  const fields = [
    ...[...query.matchAll(/(?<![\w.${])([a-z@][\w.@]*):/g)].map(([, field]) => field),
    ...[...metrics, ...bucketAggs].flatMap(({ field }) => field ?? []),
  ];
  const problems = fields
    .filter((field) => !indexed.has(field))
    .map((field) => `${field} is indexed by no template`);
  if (fields.length === 0) problems.push('asks for no field');
  for (const [, variable] of query.matchAll(/\$\{?(\w+)/g))
    if (!variables.has(variable)) problems.push(`$${variable} is no variable here`);
  return problems;
}

function lintQuery(expr: string, { exported, variables }: Known): string[] {
  const problems: string[] = [];
  const names = expr.match(/\b(?:spanwatch|process|nodejs)_\w+/g) ?? [];
  for (const name of names) {
    if (!exported.has(name)) problems.push(`${name} is exported by nobody`);
    if (
      /_(total|bucket)$/.test(name) &&
      !SHOWN_AS_TOTAL.has(name) &&
      !new RegExp(`(rate|increase)\\(${name}`).test(expr)
    )
      problems.push(`${name} is a counter and needs rate()`);
  }
  if (names.length === 0) problems.push('no metric of ours');
  if (/\[\d+[smhd]\]/.test(expr)) problems.push('a fixed range instead of $__rate_interval');
  for (const [, variable] of expr.matchAll(/\$(\w+)/g))
    if (!variables.has(variable) && !BUILT_IN.has(variable))
      problems.push(`$${variable} is no variable here`);
  return problems;
}

/** What it asks for is tried against doubles (drill.test.ts): here that its variables are there. */
function lintDrill(query: string, { variables }: Known): string[] {
  if (query === '') return ['no query'];
  return [...query.matchAll(/\$\{?(\w+)/g)].flatMap(([, variable]) =>
    variables.has(variable) ? [] : [`$${variable} is no variable here`],
  );
}

function placement(panels: readonly LintedPanel[]): string[] {
  const problems: string[] = [];
  panels.forEach((a, i) => {
    const { x, y, w, h } = a.gridPos;
    if (x < 0 || w < 1 || x + w > COLUMNS) problems.push(`${a.title}: not within 24 columns`);
    for (const b of panels.slice(i + 1)) {
      if (a.id === b.id) problems.push(`id ${a.id} twice`);
      const other = b.gridPos;
      if (x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h)
        problems.push(`${a.title} overlaps ${b.title}`);
    }
  });
  return problems;
}
