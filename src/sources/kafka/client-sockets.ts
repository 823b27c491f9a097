import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

/**
 * The connections of a client. After a broker was away kafkajs 2.2.4 may connect once more while it disconnects, and keeps
 * that one: the process would never end. What is left is closed here, and nothing is opened any more.
 */
export class ClientSockets {
  readonly #open = new Set<Socket>();
  #closed = false;

  /** For `socketFactory` of the client; otherwise as its own is. */
  readonly create: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    // A name, not an address, goes into the handshake.
    const servername = net.isIP(host) === 0 ? { servername: host } : {};
    const socket = hasTls(ssl)
      ? tls.connect({ host, port, ...servername, ...ssl }, onConnect)
      : net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    // After kafkajs has its listeners.
    if (this.#closed) setImmediate(() => end(socket));
    return socket;
  };

  /** Ends what is open, and whatever is opened later. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#open) end(socket);
  }
}

/** Where there is no TLS it is false, null or absent, whatever the types say. */
function hasTls(ssl: unknown): boolean {
  return ssl !== undefined && ssl !== null && ssl !== false;
}

/** With an error: of a connection that only closes kafkajs does not hear, and goes on looking after it. */
function end(socket: Socket): void {
  socket.destroy(socket.writableEnded ? undefined : new Error('the client was stopped'));
}
