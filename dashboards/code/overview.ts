import { DOCUMENT_TIMELINE } from './document-panels.ts';
import type { DashboardSpec } from './panels.ts';
import { ERRORS, HURT, INCIDENT_TABLE, LATENCY, RATE, SCORES, TIMELINE } from './shared-panels.ts';
import { stat } from './stat.ts';
import { text } from './texts.ts';

export const OVERVIEW: DashboardSpec = {
  name: 'overview',
  title: text('Spanwatch / Overview', 'Spanwatch / 总览'),
  description: text('Is anything wrong, whom does it hurt, and whom to ask?', '是否有异常，影响谁，该找谁？'),
  variables: ['service', 'documents'],
  marks: true,
  panels: [
    stat(text('Open incidents', '未解决事件'), {
      answers: text('How many incidents are not resolved?', '有多少事件未解决？'),
      expr: 'sum(spanwatch_incidents)',
      thresholds: [1, 3],
    }),
    stat(text('Worst severity', '最高严重级别'), {
      answers: text(
        'How bad is the worst? 4 is P0, 1 is P3, 0 is none.',
        '最严重的级别：4 为 P0，1 为 P3，0 为无。',
      ),
      expr: 'max(spanwatch_service_severity)',
      unit: 'none',
      thresholds: [2, 3],
    }),
    stat(text('Traffic hurt', '受影响流量'), {
      answers: text(
        'Which share of entry traffic passes through what is broken?',
        '入口流量中有多少经过故障点？',
      ),
      expr: 'max(spanwatch_incident_hurt_ratio) or vector(0)',
      unit: 'percentunit',
      thresholds: [0.01, 0.2],
    }),
    stat(text('Services', '服务数'), {
      answers: text('How many services are seen?', '看到多少服务？'),
      expr: 'count(spanwatch_service_traces_per_second)',
    }),
    stat(text('Beyond the cut', '超过阈值'), {
      answers: text(
        'How many services have a component that alone reaches the opening cut?',
        '有多少服务的某一组件单独达到阈值？',
      ),
      expr: 'count(spanwatch_service_anomaly_score > on() group_left() spanwatch_opening_cut) or vector(0)',
      thresholds: [1, 3],
    }),
    stat(text('Silent', '静默'), {
      answers: text(
        'How many sources and services are silent for longer than is plausible?',
        '多少来源与服务静默过久？',
      ),
      expr: 'sum(spanwatch_blind) or vector(0)',
      thresholds: [1, 2],
    }),
    TIMELINE,
    SCORES,
    INCIDENT_TABLE,
    RATE,
    ERRORS,
    LATENCY,
    HURT,
    DOCUMENT_TIMELINE,
  ],
};
