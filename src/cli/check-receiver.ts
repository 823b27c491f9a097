import { createServer } from 'node:net';
import type { SourceFinding } from './check-sources.ts';

interface Receiver {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** A Spanwatch of the same configuration that runs now. */
export interface RunningSpanwatch {
  /** Spans that it took by a source since it started. */
  received(source: string): number;
}

/** Why an address cannot be listened on, beside that somebody does. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'ports below 1024 need rights that this user has not',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this name has no address',
};

/** Whether a receiver could listen: it is tried, and given up at once. */
export async function checkReceiver(
  { host, port }: Receiver,
  source: string | undefined,
  running: Promise<RunningSpanwatch | undefined>,
): Promise<SourceFinding> {
  const found = `${host}:${port}`;
  if (port === 0) return { found: `${found}, any free port` };
  const code = await whyNotListen(host, port);
  if (code === undefined) return { found: `${found} is free` };
  if (code !== 'EADDRINUSE') return { found, problem: REASONS[code] ?? code };
  const ours = await running;
  if (ours === undefined)
    return { found, problem: 'somebody listens there already (a running spanwatch? Jaeger?)' };
  const took = source === undefined ? '' : `, and took ${ours.received(source)} spans there since its start`;
  return { found, problem: `a spanwatch of this configuration is running${took}` };
}

function whyNotListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}
