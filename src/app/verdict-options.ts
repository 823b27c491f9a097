import type { Config } from '../config/index.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../incident/index.ts';
import { latenessMs } from './trace-stage.ts';
import type { VerdictOptions } from './verdict-stage.ts';

/** What the verdicts take from the configuration: the same for `run` and `replay`. */
export function verdictOptions(config: Config): VerdictOptions {
  return {
    falseAlertsPerWeek: config.falseAlertsPerWeek,
    incident: { ...DEFAULT_INCIDENT_OPTIONS, ...config.incident },
    latenessMs: latenessMs(config.assemble),
    excluded: [],
    locale: config.locale,
  };
}
