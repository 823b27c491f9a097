import { ANOMALY } from './anomaly.ts';
import { DEVELOPER } from './developer.ts';
import { ON_CALL } from './on-call.ts';
import { OVERVIEW } from './overview.ts';
import type { DashboardSpec } from './panels.ts';
import { SECURITY } from './security.ts';
import { SERVICE } from './service.ts';
import { ITSELF } from './itself.ts';

/** All of them, as people meet them. */
export const DASHBOARDS: readonly DashboardSpec[] = [
  OVERVIEW,
  SERVICE,
  ANOMALY,
  ON_CALL,
  DEVELOPER,
  SECURITY,
  ITSELF,
];
