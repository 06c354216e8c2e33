/**
 * Give `crypto.randomUUID` to pages that are not served by HTTPS.
 *
 * Browsers offer it only in secure contexts, and app-sdk cannot send a message to the
 * Dashboard without it. A shop on plain HTTP in a private network must work as well.
 */
export function ensureRandomUuid(target: Crypto = globalThis.crypto): void {
  if (typeof target.randomUUID === "function") return;
  Object.defineProperty(target, "randomUUID", { value: () => randomUuid(target) });
}

function randomUuid(source: Crypto): string {
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight(
    (text, place) => `${text.slice(0, place)}-${text.slice(place)}`,
    hex,
  );
}
