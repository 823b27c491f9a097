import type { PanelSpec } from './panels.ts';
import { text } from './texts.ts';

/** Of the chosen incident, or of all. */
const CHOSEN = 'spanwatch.incident.id:$incident_id';
/** Of the chosen services; a regular expression, because all of them is one. */
const SERVICES = 'service.name:/${service:regex}/';

const TIME = text('Time', '时间');
const INCIDENT = text('incident', '事件');
const SERVICE = text('service', '服务');
const SEVERITY = text('severity', '级别');

export const DOCUMENT_TIMELINE: PanelSpec = {
  kind: 'state-timeline',
  title: text('Incidents by service', '各服务的事件'),
  answers: text(
    'Which services were suspected, when, how severe, and when was it over? From documents.',
    '哪些服务被怀疑，何时，多严重，何时结束？来自文档。',
  ),
  unit: 'none',
  queries: [],
  documents: [
    {
      lucene: `event.dataset:spanwatch.event AND ${SERVICES}`,
      legend: '{{term service.name}}',
      by: { field: 'service.name', size: 12, orderBy: 1 },
      overTime: true,
      metrics: [{ type: 'max', field: 'spanwatch.incident.active_rank' }],
    },
  ],
  width: 24,
  height: 8,
};

export const QUEUE: PanelSpec = {
  kind: 'table',
  title: text('Queue of incidents', '事件队列'),
  answers: text(
    'Which incidents of the last 30 days are not resolved, and whom do they hurt? From documents.',
    '最近 30 天有哪些事件未解决，影响谁？来自文档。',
  ),
  unit: 'short',
  queries: [],
  documents: [
    {
      lucene: 'event.dataset:spanwatch.incident AND spanwatch.incident.state:(open OR acknowledged)',
      legend: '',
      rows: 100,
    },
  ],
  timeFrom: '30d',
  columns: {
    '@timestamp': TIME,
    'spanwatch.incident.severity': SEVERITY,
    'service.name': SERVICE,
    message: text('what', '内容'),
    'spanwatch.incident.state': text('state', '状态'),
    'spanwatch.incident.acknowledged_by': text('who is on it', '处理人'),
    'spanwatch.incident.hurt_ratio': text('traffic hurt', '受影响流量'),
    'spanwatch.incident.id': INCIDENT,
  },
  width: 24,
  height: 8,
};

export const HAPPENED: PanelSpec = {
  kind: 'table',
  title: text('What happened to incidents', '事件经过'),
  answers: text(
    'What was opened, escalated, acknowledged and resolved, by whom? From documents.',
    '何时打开、升级、认领、解决，由谁？来自文档。',
  ),
  unit: 'short',
  queries: [],
  documents: [
    {
      lucene: `event.dataset:spanwatch.event AND NOT event.action:updated AND ${SERVICES}`,
      legend: '',
      rows: 200,
    },
  ],
  columns: {
    '@timestamp': TIME,
    'event.action': text('event', '经过'),
    message: text('what', '内容'),
    'user.name': text('by', '操作人'),
    'spanwatch.incident.id': INCIDENT,
  },
  width: 16,
  height: 8,
};

export const BY_SEVERITY: PanelSpec = {
  kind: 'timeseries',
  title: text('Openings by severity', '各级别新事件'),
  answers: text(
    'Is it getting worse over days and weeks? From documents.',
    '数日、数周来是否恶化？来自文档。',
  ),
  unit: 'short',
  queries: [],
  documents: [
    {
      lucene: 'event.dataset:spanwatch.event AND event.action:(opened OR reopened)',
      legend: '{{term spanwatch.incident.severity}}',
      by: { field: 'spanwatch.incident.severity', size: 4 },
      overTime: true,
    },
  ],
  width: 8,
  height: 8,
};

export const TRACE_SCORES: PanelSpec = {
  kind: 'table',
  title: text('Forest scores of traces', '链路的森林分数'),
  answers: text(
    'Which traces show the incident, how odd does the isolation forest find them, and how long did they take beside a typical one? From documents.',
    '哪些链路体现该事件，孤立森林分数多少，与典型链路相比耗时多久？来自文档。',
  ),
  unit: 'short',
  queries: [],
  documents: [{ lucene: `event.dataset:spanwatch.trace AND ${CHOSEN}`, legend: '', rows: 100 }],
  columns: {
    '@timestamp': TIME,
    'trace.id': text('trace', '链路'),
    'service.name': SERVICE,
    'transaction.name': text('operation', '操作'),
    'spanwatch.trace.score': text('score', '分数'),
    'spanwatch.trace.typical_score': text('score of the typical', '典型分数'),
    'spanwatch.trace.duration': text('seconds', '秒'),
    'spanwatch.trace.typical_duration': text('seconds of the typical', '典型秒数'),
  },
  width: 24,
  height: 8,
};

export const SLOW_AGAINST_TYPICAL: PanelSpec = {
  kind: 'table',
  title: text('Slow trace against typical, by component', '慢链路与典型链路逐组件对照'),
  answers: text(
    'Where does the slow trace lose its time, beside a typical trace and what was learned? From documents.',
    '慢链路的时间耗在哪里，与典型链路及基线对照？来自文档。',
  ),
  unit: 's',
  queries: [],
  documents: [
    {
      lucene: `event.dataset:spanwatch.trace_component AND spanwatch.compared.unit:s AND ${CHOSEN}`,
      legend: '',
      by: { field: 'spanwatch.component.key', size: 15, orderBy: 4 },
      metrics: [
        { type: 'max', field: 'spanwatch.compared.observed' },
        { type: 'max', field: 'spanwatch.compared.typical' },
        { type: 'max', field: 'spanwatch.compared.expected' },
        { type: 'max', field: 'spanwatch.compared.excess' },
      ],
    },
  ],
  width: 24,
  height: 9,
};

export const EVIDENCE_OF: PanelSpec = {
  kind: 'table',
  title: text('Evidence of the incident', '事件的证据'),
  answers: text(
    'What was seen against what was learned, by component, at its worst? Also of incidents that are over. From documents.',
    '各组件观测与基线的最大偏离，已结束的事件亦可查。来自文档。',
  ),
  unit: 'short',
  queries: [],
  documents: [
    {
      lucene: `event.dataset:spanwatch.evidence AND ${CHOSEN}`,
      legend: '',
      by: { field: 'spanwatch.component.key', size: 15, orderBy: 3 },
      metrics: [
        { type: 'max', field: 'spanwatch.evidence.observed' },
        { type: 'max', field: 'spanwatch.evidence.expected' },
        { type: 'max', field: 'spanwatch.evidence.z' },
      ],
    },
  ],
  width: 24,
  height: 9,
};

export const CALLS_IN_INCIDENTS: PanelSpec = {
  kind: 'table',
  title: text('Calls and callers in incidents', '事件中的调用与调用方'),
  answers: text(
    'Which calls are part of an incident, by caller and callee: made more often than learned, never before, or no more? From documents.',
    '事件涉及哪些调用：比基线更多、前所未有或消失？来自文档。',
  ),
  unit: 'short',
  queries: [],
  documents: [
    {
      lucene: `event.dataset:spanwatch.evidence AND spanwatch.component.kind:(calls OR request OR response OR dependency) AND ${SERVICES}`,
      legend: '',
      by: { field: 'spanwatch.component.key', size: 20, orderBy: 1 },
      metrics: [
        { type: 'max', field: 'spanwatch.evidence.z' },
        { type: 'max', field: 'spanwatch.evidence.observed' },
        { type: 'max', field: 'spanwatch.evidence.expected' },
      ],
    },
  ],
  width: 12,
  height: 8,
};

export const ERRORS_IN_INCIDENTS: PanelSpec = {
  kind: 'table',
  title: text('Failures in incidents, by origin', '事件中的失败（按源头）'),
  answers: text(
    'Where do the failures of incidents begin, and which share fails? From documents.',
    '事件中的失败始于何处，占比多少？来自文档。',
  ),
  unit: 'percentunit',
  queries: [],
  documents: [
    {
      lucene: `event.dataset:spanwatch.evidence AND spanwatch.component.kind:error AND ${SERVICES}`,
      legend: '',
      by: { field: 'spanwatch.component.key', size: 20, orderBy: 1 },
      metrics: [
        { type: 'max', field: 'spanwatch.evidence.observed' },
        { type: 'max', field: 'spanwatch.evidence.expected' },
      ],
    },
  ],
  width: 12,
  height: 8,
};
