export { createGrafanaApi, type GrafanaApi, GrafanaError } from './api.ts';
export { type DashboardFile, ensureFolder, type Folder, pushDashboard, type PushOutcome } from './push.ts';
