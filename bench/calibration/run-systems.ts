import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Asked, Calibration } from './calibrate.ts';

const SYSTEM_PROCESS = fileURLToPath(new URL('system-process.ts', import.meta.url));
/** Windows are short-lived typed arrays: a larger nursery spares half of the collections. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];

/**
 * Quiet weeks of systems, each in a process of its own, `jobs` at a time, the largest first. `onWeek` gets what each system
 * has so far, after each of its weeks. Rejects when a process fails.
 */
export async function runSystems(
  systems: readonly Asked[],
  { jobs, onWeek }: { readonly jobs: number; readonly onWeek: (soFar: readonly Calibration[]) => void },
): Promise<void> {
  const soFar = new Map<Asked, Calibration>();
  const waiting = systems.toSorted((a, b) => a.services - b.services);
  const work = async (): Promise<void> => {
    for (let asked = waiting.pop(); asked !== undefined; asked = waiting.pop()) {
      const now = asked;
      await judge(now, (calibration) => {
        soFar.set(now, calibration);
        onWeek(systems.flatMap((system) => soFar.get(system) ?? []));
      });
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

function judge(asked: Asked, onWeek: (soFar: Calibration) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(SYSTEM_PROCESS, { execArgv: NODE_OPTIONS });
    child.on('message', (calibration) => onWeek(calibration as Calibration));
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      code === 0
        ? resolve()
        : reject(
            new Error(`the system of ${asked.services} services: its process ended with ${code ?? signal}`),
          ),
    );
    child.send(asked);
  });
}
