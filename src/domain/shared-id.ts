/**
 * B3 clients may give the client's and the server's span of one call the same id. The server's then gets another one:
 * this, flipped in the upper word of the shared one, so that it is the same always, and never its origin.
 * Any constant will do; this one is "serv" in ASCII.
 */
export const SERVER_BITS = 0x73657276;
