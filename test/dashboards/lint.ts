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
  targets: { refId: string; expr: string; datasource: { uid: string } }[];
  fieldConfig: { defaults: { unit?: string } };
}

/** Grafana's own limit of a uid. */
const MAX_UID = 40;
const COLUMNS = 24;
/** At 1280 px a column is some 51 px; a title's letter 8 px, a Chinese one 15; menus and padding take 40. */
const WIDTH_PX = 1280;
const [LETTER_PX, WIDE_LETTER_PX, PADDING_PX] = [8, 15, 40];
/** Below it a chart's axes meet. */
const LEAST_WIDTH = { timeseries: 8, heatmap: 8, table: 8, 'state-timeline': 8, stat: 3 } as const;
const BUILT_IN = new Set(['__rate_interval', '__interval', '__range']);
/** Counters that are shown as they are: how many in all. */
const SHOWN_AS_TOTAL = new Set(['spanwatch_openings_total', 'spanwatch_notifications_total']);

/** The rules of grafana/dashboard-linter as far as they concern us, and ours; an empty list when all are kept. */
export function lintDashboard(dashboard: Linted, exported: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  if (dashboard.id !== null) problems.push('id must be null');
  if (dashboard.schemaVersion !== 39) problems.push('schemaVersion must be 39');
  if (dashboard.uid === '' || dashboard.uid.length > MAX_UID) problems.push('uid has 1 to 40 characters');
  if (dashboard.title === '') problems.push('no title');
  const variables = new Set(dashboard.templating.list.map(({ name }) => name));
  if (!dashboard.templating.list.some(({ name, type }) => name === 'datasource' && type === 'datasource'))
    problems.push('no data source variable');
  for (const panel of dashboard.panels)
    problems.push(...lintPanel(panel, { exported, variables }).map((said) => `${panel.title}: ${said}`));
  return [...problems, ...placement(dashboard.panels)];
}

function lintPanel(
  panel: LintedPanel,
  known: { exported: ReadonlySet<string>; variables: ReadonlySet<string> },
): string[] {
  const problems: string[] = [];
  if (panel.title === '') problems.push('no title');
  if (panel.description === '') problems.push('no description');
  if ((panel.fieldConfig.defaults.unit ?? '') === '') problems.push('no unit');
  if (panel.targets.length === 0) problems.push('no query');
  const sources = [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)];
  if (sources.some(({ uid }) => uid !== '${datasource}'))
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
  return [...problems, ...panel.targets.flatMap(({ expr }) => lintQuery(expr, known))];
}

function lintQuery(
  expr: string,
  { exported, variables }: { exported: ReadonlySet<string>; variables: ReadonlySet<string> },
): string[] {
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
