import { createDecipheriv, createHash } from 'node:crypto';

/**
 * What Feishu encrypted with the app's Encrypt Key (open.feishu.cn, "Receive callbacks", decryption): AES-256-CBC keyed
 * by the key's SHA-256, the first 16 of the base64's bytes as its IV, PKCS#7. Undefined when it was not.
 */
export function decryptFeishu(encrypted: string, encryptKey: string): string | undefined {
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length < 32 || bytes.length % 16 !== 0) return undefined;
  const key = createHash('sha256').update(encryptKey).digest();
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16));
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/**
 * `X-Lark-Signature`: the hexadecimal SHA-256 of timestamp, nonce, Encrypt Key and the bytes of the body, one after the
 * other (the same page, signature; larksuite/oapi-sdk-go, event/dispatcher/dispatcher.go).
 */
export function feishuSignature(
  { timestamp, nonce, body }: { readonly timestamp: string; readonly nonce: string; readonly body: Buffer },
  encryptKey: string,
): string {
  return createHash('sha256').update(`${timestamp}${nonce}${encryptKey}`).update(body).digest('hex');
}
