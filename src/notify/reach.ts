import { lookup } from 'node:dns/promises';
import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Three seconds are more than any connection that is good enough for alerts. */
const TIMEOUT_MS = 3_000;

/**
 * Why a web address's host cannot be reached, by name, port and certificate; undefined when it can. Nothing is asked of
 * it. The reason holds no part of the address but the host's name.
 */
export async function unreachable(address: string): Promise<string | undefined> {
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'https:';
  try {
    await lookup(host);
  } catch {
    return `the name ${host} cannot be resolved`;
  }
  const at = { host, port: Number(port) || (secure ? 443 : 80) };
  const failure = await connecting(createConnection(at), 'connect');
  if (failure !== undefined) return `nothing answers at ${host}:${at.port} (${failure})`;
  if (!secure) return undefined;
  const untrusted = await connecting(connectTls({ ...at, servername: host }), 'secureConnect');
  return untrusted && `no trusted TLS with ${host}:${at.port} (${untrusted})`;
}

function connecting(socket: Socket, event: 'connect' | 'secureConnect'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const end = (failure?: string): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.setTimeout(TIMEOUT_MS, () => end('no answer in time'));
    socket.once(event, () => end());
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'unknown reason'));
  });
}
